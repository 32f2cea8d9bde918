/** An entry of a heap, which keeps its place there. */
export interface HeapEntry {
  /** -1 while it is in no heap. */
  at: number;
}

/** A binary heap whose entries may change their order, or leave from the middle. */
export interface Heap<E extends HeapEntry> {
  readonly first: E | undefined;
  add(entry: E): void;
  remove(entry: E): void;
  /** Call it when the order of an entry has changed. No effect on one that is not in the heap. */
  moved(entry: E): void;
}

export function createHeap<E extends HeapEntry>(isBefore: (one: E, other: E) => boolean): Heap<E> {
  const entries: E[] = [];

  function put(entry: E, at: number): void {
    entries[at] = entry;
    entry.at = at;
  }

  /** Finds the place of an entry, from a place that is free. */
  function settle(entry: E, from: number): void {
    let at = from;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(entry, entries[parent] as E); parent = (at - 1) >> 1) {
      put(entries[parent] as E, at);
      at = parent;
    }
    for (let child = earlierChild(at); child > 0 && isBefore(entries[child] as E, entry); child = earlierChild(at)) {
      put(entries[child] as E, at);
      at = child;
    }
    put(entry, at);
  }

  /** 0 if there is none. */
  function earlierChild(at: number): number {
    const left = 2 * at + 1;
    if (left >= entries.length) return 0;
    const right = left + 1;
    return right < entries.length && isBefore(entries[right] as E, entries[left] as E) ? right : left;
  }

  return {
    get first() {
      return entries[0];
    },
    add(entry) {
      entries.push(entry);
      settle(entry, entries.length - 1);
    },
    remove(entry) {
      const { at } = entry;
      if (at < 0) return;
      entry.at = -1;
      const last = entries.pop() as E;
      if (last !== entry) settle(last, at);
    },
    moved(entry) {
      if (entry.at >= 0) settle(entry, entry.at);
    },
  };
}
