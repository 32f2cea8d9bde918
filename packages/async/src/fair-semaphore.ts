import { createFairQueue, type FairLimits } from './fair-queue.ts';
import type { Semaphore } from './semaphore.ts';

/** A bounded number of permits, granted to tenants in turn; see `FairQueue`. */
export interface FairSemaphore extends Omit<Semaphore, 'acquire' | 'release'> {
  /** True with a permit, at once or later. False when the semaphore is closed or the caller no longer wants one. */
  acquire(tenant: string, urgent?: boolean, isWanted?: () => boolean): boolean | Promise<boolean>;
  release(tenant: string): void;
}

interface Waiting {
  settle(granted: boolean): void;
  isWanted(): boolean;
}

const always = (): boolean => true;

/** @param open called once for each permit before it is granted */
export function createFairSemaphore(limits: FairLimits, open: () => boolean = always): FairSemaphore {
  const queue = createFairQueue<Waiting>(limits);
  let closed = false;

  function fill(): void {
    while (queue.isReady && open()) queue.next()?.settle(true);
  }

  return {
    acquire(tenant, urgent = false, isWanted = always) {
      if (closed || !isWanted()) return false;
      if (queue.admits(tenant) && open()) {
        queue.enter(tenant);
        return true;
      }
      return new Promise((settle) => queue.join(tenant, { settle, isWanted }, urgent));
    },
    release(tenant) {
      queue.leave(tenant);
      fill();
    },
    wake() {
      for (const { settle } of queue.drop(({ isWanted }) => !isWanted())) settle(false);
      fill();
    },
    close() {
      closed = true;
      for (const { settle } of queue.drop(always)) settle(false);
    },
    get waiting() {
      return queue.length;
    },
    get taken() {
      return queue.running;
    },
  };
}
