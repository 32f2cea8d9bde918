/** An item of a key queue. */
export interface KeyedItem {
  readonly orderKey: string;
}

/** One queue for each key. Different keys run concurrently, the items of a key one after the other. */
export interface KeyQueues<I extends KeyedItem> {
  /** Calls `ready` with the item when all earlier items of its key have left. */
  add(item: I): void;
  /** Removes the head of a key queue. The next item of the key is ready. */
  leave(item: I): void;
  readonly size: number;
}

export function createKeyQueues<I extends KeyedItem>(ready: (item: I) => void): KeyQueues<I> {
  const keyQueues = new Map<string, { items: (I | undefined)[]; head: number }>();
  let size = 0;

  return {
    add(item) {
      size += 1;
      const queue = keyQueues.get(item.orderKey);
      if (queue === undefined) {
        keyQueues.set(item.orderKey, { items: [item], head: 0 });
        ready(item);
      } else {
        queue.items.push(item);
      }
    },
    leave(item) {
      const queue = keyQueues.get(item.orderKey);
      if (queue?.items[queue.head] !== item) return;
      size -= 1;
      queue.items[queue.head] = undefined;
      queue.head += 1;
      const next = queue.items[queue.head];
      if (next === undefined) {
        keyQueues.delete(item.orderKey);
        return;
      }
      if (queue.head >= 256) {
        queue.items = queue.items.slice(queue.head);
        queue.head = 0;
      }
      ready(next);
    },
    get size() {
      return size;
    },
  };
}
