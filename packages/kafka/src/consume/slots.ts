import { createLine } from './line.ts';

/** A bounded number of places, given out in the order of asking, to the urgent first. */
export interface Slots {
  /** True when a place is taken, at once or later; false when the slots were closed. */
  take(urgent?: boolean): boolean | Promise<boolean>;
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
  const line = createLine<(granted: boolean) => void>();
  let taken = 0;
  let closed = false;

  function wake(): void {
    while (taken < limit && line.length > 0 && open()) {
      taken += 1;
      line.next()?.(true);
    }
  }

  return {
    take(urgent = false) {
      if (closed) return false;
      if (taken < limit && line.length === 0 && open()) {
        taken += 1;
        return true;
      }
      return new Promise((resolve) => line.join(resolve, urgent));
    },
    give() {
      taken -= 1;
      wake();
    },
    wake,
    close() {
      closed = true;
      while (line.length > 0) line.next()?.(false);
    },
    get waiting() {
      return line.length;
    },
    get taken() {
      return taken;
    },
  };
}
