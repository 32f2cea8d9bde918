/** Something that belongs to a key: its lane. */
export interface LaneItem {
  readonly lane: string;
}

/** Keys run side by side, the items of one key one after the other. */
export interface Lanes<I extends LaneItem> {
  /** The item is handed to `ready` when all earlier items of its lane have left. */
  add(item: I): void;
  /** The item at the head of its lane has left; the next one is ready. */
  leave(item: I): void;
  readonly size: number;
}

export function createLanes<I extends LaneItem>(ready: (item: I) => void): Lanes<I> {
  const lanes = new Map<string, { items: I[]; head: number }>();
  let size = 0;

  return {
    add(item) {
      size += 1;
      const lane = lanes.get(item.lane);
      if (lane === undefined) {
        lanes.set(item.lane, { items: [item], head: 0 });
        ready(item);
      } else {
        lane.items.push(item);
      }
    },
    leave(item) {
      const lane = lanes.get(item.lane);
      if (lane?.items[lane.head] !== item) return;
      size -= 1;
      lane.head += 1;
      const next = lane.items[lane.head];
      if (next === undefined) {
        lanes.delete(item.lane);
        return;
      }
      if (lane.head >= 256) {
        lane.items = lane.items.slice(lane.head);
        lane.head = 0;
      }
      ready(next);
    },
    get size() {
      return size;
    },
  };
}
