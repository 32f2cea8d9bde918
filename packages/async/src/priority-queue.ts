/** A queue that serves urgent items before all others, and each kind in order of arrival. */
export interface PriorityQueue<T> {
  join(item: T, urgent: boolean): void;
  /** Removes and returns the next item. */
  next(): T | undefined;
  /** Removes and returns the items that match. */
  drop(matches: (item: T) => boolean): readonly T[];
  readonly length: number;
  /** The number of urgent items. */
  readonly urgent: number;
}

export function createPriorityQueue<T>(): PriorityQueue<T> {
  const urgent = createQueue<T>();
  const others = createQueue<T>();
  return {
    join: (item, isUrgent) => (isUrgent ? urgent : others).add(item),
    next: () => urgent.take() ?? others.take(),
    drop: (matches) => [...urgent.drop(matches), ...others.drop(matches)],
    get length() {
      return urgent.size + others.size;
    },
    get urgent() {
      return urgent.size;
    },
  };
}

/** `Array.shift` moves all remaining items, so taken items are removed in bulk instead. */
const COMPACT_AT = 1_024;

function createQueue<T>() {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    add(item: T): void {
      items.push(item);
    },
    take(): T | undefined {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      if (head === items.length || head > COMPACT_AT) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    drop(matches: (item: T) => boolean): readonly T[] {
      const all = items.slice(head) as T[];
      items = all.filter((item) => !matches(item));
      head = 0;
      return all.filter(matches);
    },
    get size() {
      return items.length - head;
    },
  };
}
