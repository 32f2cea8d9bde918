import { createPriorityQueue } from './priority-queue.ts';

/** A bounded number of permits, granted to urgent callers first, otherwise in order of asking. */
export interface Semaphore {
  /** True with a permit, at once or later. False when the semaphore is closed or the caller no longer wants one. */
  acquire(urgent?: boolean, isWanted?: () => boolean): boolean | Promise<boolean>;
  release(): void;
  /** Drops callers that no longer want a permit and grants free permits. Call it when `open` may have changed. */
  wake(): void;
  /** Grants no more permits. */
  close(): void;
  readonly waiting: number;
  /** Permits in use. */
  readonly taken: number;
}

interface Waiting {
  settle(granted: boolean): void;
  isWanted(): boolean;
}

const always = (): boolean => true;

/** @param open called once for each permit before it is granted */
export function createSemaphore(limit: number, open: () => boolean = () => true): Semaphore {
  const queue = createPriorityQueue<Waiting>();
  let taken = 0;
  let closed = false;

  function fill(): void {
    while (taken < limit && queue.length > 0 && open()) {
      taken += 1;
      queue.next()?.settle(true);
    }
  }

  return {
    acquire(urgent = false, isWanted = always) {
      if (closed || !isWanted()) return false;
      if (taken < limit && queue.length === 0 && open()) {
        taken += 1;
        return true;
      }
      return new Promise((settle) => queue.join({ settle, isWanted }, urgent));
    },
    release() {
      taken -= 1;
      fill();
    },
    wake() {
      for (const { settle } of queue.drop(({ isWanted }) => !isWanted())) settle(false);
      fill();
    },
    close() {
      closed = true;
      while (queue.length > 0) queue.next()?.settle(false);
    },
    get waiting() {
      return queue.length;
    },
    get taken() {
      return taken;
    },
  };
}
