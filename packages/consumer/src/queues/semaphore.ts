import { createPriorityQueue } from './priority-queue.ts';

/** A bounded number of places, given out in the order of asking, to the urgent first. */
export interface Semaphore {
  /** True when a place is taken, at once or later; false when the semaphore were closed, or it is not wanted any more. */
  acquire(urgent?: boolean, isWanted?: () => boolean): boolean | Promise<boolean>;
  release(): void;
  /** Looks again whether those who wait still want to, and may go on: `open` may have changed its mind. */
  wake(): void;
  /** Nobody gets a place any more. */
  close(): void;
  readonly waiting: number;
  readonly taken: number;
}

interface Waiting {
  settle(granted: boolean): void;
  isWanted(): boolean;
}

const always = (): boolean => true;

/** @param open asked once for each place that is about to be given out. */
export function createSemaphore(limit: number, open: () => boolean = () => true): Semaphore {
  const line = createPriorityQueue<Waiting>();
  let taken = 0;
  let closed = false;

  function fill(): void {
    while (taken < limit && line.length > 0 && open()) {
      taken += 1;
      line.next()?.settle(true);
    }
  }

  return {
    acquire(urgent = false, isWanted = always) {
      if (closed || !isWanted()) return false;
      if (taken < limit && line.length === 0 && open()) {
        taken += 1;
        return true;
      }
      return new Promise((settle) => line.join({ settle, isWanted }, urgent));
    },
    release() {
      taken -= 1;
      fill();
    },
    wake() {
      for (const { settle } of line.drop(({ isWanted }) => !isWanted())) settle(false);
      fill();
    },
    close() {
      closed = true;
      while (line.length > 0) line.next()?.settle(false);
    },
    get waiting() {
      return line.length;
    },
    get taken() {
      return taken;
    },
  };
}
