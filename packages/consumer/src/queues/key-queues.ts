/** Something that belongs to a key queue. */
export interface LaneItem {
  readonly orderKey: string;
}

/** Keys run side by side, the items of one key one after the other. */
export interface KeyQueues<I extends LaneItem> {
  /** The item is handed to `ready` when all earlier items of its key have left. */
  add(item: I): void;
  /** The item at the head of its orderKey has left; the next one is ready. */
  leave(item: I): void;
  readonly size: number;
}

export function createKeyQueues<I extends LaneItem>(ready: (item: I) => void): KeyQueues<I> {
  const keyQueues = new Map<string, { items: I[]; head: number }>();
  let size = 0;

  return {
    add(item) {
      size += 1;
      const orderKey = keyQueues.get(item.orderKey);
      if (orderKey === undefined) {
        keyQueues.set(item.orderKey, { items: [item], head: 0 });
        ready(item);
      } else {
        orderKey.items.push(item);
      }
    },
    leave(item) {
      const orderKey = keyQueues.get(item.orderKey);
      if (orderKey?.items[orderKey.head] !== item) return;
      size -= 1;
      orderKey.head += 1;
      const next = orderKey.items[orderKey.head];
      if (next === undefined) {
        keyQueues.delete(item.orderKey);
        return;
      }
      if (orderKey.head >= 256) {
        orderKey.items = orderKey.items.slice(orderKey.head);
        orderKey.head = 0;
      }
      ready(next);
    },
    get size() {
      return size;
    },
  };
}
