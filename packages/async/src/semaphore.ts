import { createFairSemaphore } from './fair-semaphore.ts';

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

const ALL = '';

/** @param open called once for each permit before it is granted */
export function createSemaphore(limit: number, open?: () => boolean): Semaphore {
  // Twice as many places as one tenant may take leave it all of its own.
  const permits = createFairSemaphore({ perTenant: limit, total: 2 * limit }, open);
  return {
    acquire: (urgent, isWanted) => permits.acquire(ALL, urgent, isWanted),
    release: () => permits.release(ALL),
    wake: permits.wake,
    close: permits.close,
    get waiting() {
      return permits.waiting;
    },
    get taken() {
      return permits.taken;
    },
  };
}
