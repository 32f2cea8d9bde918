/** Holds items until they are due, then passes them on: the earliest first, equal times in order of arrival. */
export interface DelayQueue<I> {
  add(item: I): void;
  /** Drops all items. */
  clear(): void;
  readonly size: number;
}

/** Longer timers overflow in Node. An early wake-up does no harm. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createDelayQueue<I>(dueAtOf: (item: I) => number, due: (item: I) => void): DelayQueue<I> {
  // Sorted, the earliest last. All items of a topic have the same delay, so insertions are near one end.
  let items: I[] = [];
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  function release(): void {
    timerAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    for (let item = items.at(-1); item !== undefined && dueAtOf(item) <= now; item = items.at(-1)) {
      items.pop();
      due(item);
    }
    schedule();
  }

  function schedule(): void {
    const next = items.at(-1);
    if (next === undefined || dueAtOf(next) >= timerAt) return;
    clearTimeout(timer);
    timerAt = dueAtOf(next);
    timer = setTimeout(release, Math.min(Math.max(dueAtOf(next) - Date.now(), 0), LONGEST_TIMER_MS));
  }

  /** The index of a new item: behind all later ones, and before those of the same time, which leave first. */
  function indexFor(dueAt: number): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (dueAtOf(items[middle] as I) > dueAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(item) {
      items.splice(indexFor(dueAtOf(item)), 0, item);
      schedule();
    },
    clear() {
      clearTimeout(timer);
      timerAt = Number.POSITIVE_INFINITY;
      items = [];
    },
    get size() {
      return items.length;
    },
  };
}
