/** Something that must not be looked at before its time. */
export interface DelayedItem {
  readonly dueAt: number;
}

/** Holds items until they are due and then hands them on, the earliest first; equal times in order of arrival. */
export interface WaitingRoom<I extends DelayedItem> {
  add(item: I): void;
  /** Forgets everything. */
  clear(): void;
  readonly size: number;
}

/** Longer timers overflow in Node; a wake-up too early only looks again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createWaitingRoom<I extends DelayedItem>(due: (item: I) => void): WaitingRoom<I> {
  // Sorted, the earliest last. Within one topic the delay is the same for all, so that an insertion is near one end.
  let items: I[] = [];
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  function release(): void {
    timerAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    for (let item = items.at(-1); item !== undefined && item.dueAt <= now; item = items.at(-1)) {
      items.pop();
      due(item);
    }
    schedule();
  }

  function schedule(): void {
    const next = items.at(-1);
    if (next === undefined || next.dueAt >= timerAt) return;
    clearTimeout(timer);
    timerAt = next.dueAt;
    timer = setTimeout(release, Math.min(Math.max(next.dueAt - Date.now(), 0), LONGEST_TIMER_MS));
  }

  /** The place behind everything that is due later, and before (to be handed on after) what is due at the same time. */
  function placeOf(dueAt: number): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((items[middle]?.dueAt ?? 0) > dueAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    add(item) {
      items.splice(placeOf(item.dueAt), 0, item);
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
