/** A bounded number of places, given out in the order of asking. */
export interface Slots {
  /** Resolves with true when a place is taken, with false when the slots were closed. */
  take(): Promise<boolean>;
  give(): void;
  /** Looks again whether somebody who waits may go on: `open` may have changed its mind. */
  wake(): void;
  /** Nobody gets a place any more. */
  close(): void;
  readonly waiting: number;
  readonly taken: number;
}

/** @param open asked once for each place that is about to be given out. */
export function createSlots(limit: number, open: () => boolean = () => true): Slots {
  let waiters: ((granted: boolean) => void)[] = [];
  let head = 0;
  let taken = 0;
  let closed = false;

  function wake(): void {
    while (taken < limit && head < waiters.length && open()) {
      const grant = waiters[head] as (granted: boolean) => void;
      head += 1;
      taken += 1;
      grant(true);
    }
    if (head === waiters.length || head > 1_024) {
      waiters = waiters.slice(head);
      head = 0;
    }
  }

  return {
    take() {
      if (closed) return Promise.resolve(false);
      return new Promise((resolve) => {
        waiters.push(resolve);
        wake();
      });
    },
    give() {
      taken -= 1;
      wake();
    },
    wake,
    close() {
      closed = true;
      for (const refuse of waiters.slice(head)) refuse(false);
      waiters = [];
      head = 0;
    },
    get waiting() {
      return waiters.length - head;
    },
    get taken() {
      return taken;
    },
  };
}
