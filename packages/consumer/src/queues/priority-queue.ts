/** First come, first served; but the urgent ones go before all others. */
export interface PriorityQueue<T> {
  join(item: T, urgent: boolean): void;
  /** The next one, which leaves. */
  next(): T | undefined;
  /** Those that match leave. */
  drop(matches: (item: T) => boolean): readonly T[];
  readonly length: number;
  /** How many of them are urgent. */
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

/** `Array.shift` moves all that is left; here what was taken is cut off in one go. */
const COMPACT_AT = 1_024;

function createQueue<T>() {
  let items: T[] = [];
  let head = 0;
  return {
    add(item: T): void {
      items.push(item);
    },
    take(): T | undefined {
      if (head === items.length) return undefined;
      const item = items[head];
      head += 1;
      if (head === items.length || head > COMPACT_AT) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    drop(matches: (item: T) => boolean): readonly T[] {
      const all = items.slice(head);
      items = all.filter((item) => !matches(item));
      head = 0;
      return all.filter(matches);
    },
    get size() {
      return items.length - head;
    },
  };
}
