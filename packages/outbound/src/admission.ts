import { createSemaphore } from '@switchboard/async';
import type { Verdict } from './breaker.ts';

/** Why a request does not go out now. */
export type HeldBackBy = 'concurrency' | 'rate' | 'retry_after';

/** A request does not go out now, although the target may be well. */
export class HeldBack extends Error {
  readonly by: HeldBackBy;
  /** When the next try has a chance, if that is known. */
  readonly afterMs: number | undefined;

  constructor(by: HeldBackBy, afterMs?: number) {
    super(`held back: ${by}`);
    this.by = by;
    this.afterMs = afterMs;
  }
}

/** Decides when requests go out to one target. */
export interface Admission {
  /**
   * Runs `run` when a request may go out, in order of asking.
   * @throws HeldBack when that takes too long; the signal's reason when it aborts before
   */
  run<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T>;
  /** Learns how a request ended. */
  ended(verdict: Verdict): void;
  /** The target asks for no requests in the next milliseconds. */
  holdBack(ms: number): void;
}

export interface AdmissionOptions {
  /** Requests at a time. */
  readonly concurrency: number;
  /** How many may wait for their turn; default any number, for as long as their callers wait. */
  readonly queue?: number | undefined;
  /** Requests a second, on average; after a silence a second's worth at once. Default: no limit. */
  readonly ratePerSecond?: number | undefined;
  readonly now?: () => number;
  /** How long a request of a bounded queue waits. */
  readonly longestWaitMs?: number;
}

/** A target that does not answer must not collect one handler after the other until its breaker opens. */
const FAILURES_TO_SLOW_DOWN = 3;
/** A short wait evens out bursts; a handler has better things to do than a longer one. */
const LONGEST_WAIT_MS = 1_000;

export function createAdmission(options: AdmissionOptions): Admission {
  const { concurrency, queue = Number.POSITIVE_INFINITY, ratePerSecond, longestWaitMs = LONGEST_WAIT_MS } = options;
  const { now = () => performance.now() } = options;
  let failures = 0;
  const isSlow = (): boolean => failures >= FAILURES_TO_SLOW_DOWN;
  const semaphore = createSemaphore(concurrency, () => !isSlow() || semaphore.taken === 0);
  /** While the target fails, the queue is short in any case. */
  const mostWaiting = (): number => (isSlow() ? Math.min(queue, shortQueue(concurrency)) : queue);

  let heldBackUntil = Number.NEGATIVE_INFINITY;
  // The generic cell rate algorithm: when a request would go out if all before it were evenly spread.
  let nextAt = Number.NEGATIVE_INFINITY;
  let pacing = 0;

  function checkHeldBack(): void {
    const wait = heldBackUntil - now();
    if (wait > 0) throw new HeldBack('retry_after', wait);
  }

  async function pace(signal: AbortSignal | undefined): Promise<void> {
    if (ratePerSecond === undefined) return;
    const time = now();
    const at = Math.max(nextAt, time);
    const burst = Math.max(1, ratePerSecond);
    const wait = at - time - ((burst - 1) / ratePerSecond) * 1_000;
    if (wait > longestWaitMs || (wait > 0 && pacing >= Math.min(queue, shortQueue(concurrency)))) {
      throw new HeldBack('rate', wait);
    }
    nextAt = at + 1_000 / ratePerSecond;
    if (wait <= 0) return;
    pacing += 1;
    await sleep(wait, signal).finally(() => (pacing -= 1));
  }

  async function acquire(signal: AbortSignal | undefined): Promise<void> {
    let isLate = false;
    const isWanted = (): boolean => !isLate && signal?.aborted !== true;
    // Those that wait when the target begins to fail leave, too, when their time is up.
    const granted = semaphore.acquire(false, isWanted);
    if (granted === true) return;
    if (granted !== false && semaphore.waiting > mostWaiting()) {
      isLate = true;
      semaphore.wake();
      throw new HeldBack('concurrency');
    }
    const timer = setInterval(() => {
      isLate = Number.isFinite(mostWaiting());
      if (isLate) semaphore.wake();
    }, longestWaitMs);
    signal?.addEventListener('abort', semaphore.wake, { once: true });
    try {
      if (await granted) return;
    } finally {
      clearInterval(timer);
      signal?.removeEventListener('abort', semaphore.wake);
    }
    if (signal?.aborted) throw signal.reason;
    throw new HeldBack('concurrency');
  }

  return {
    async run(signal, run) {
      checkHeldBack();
      await acquire(signal);
      try {
        // What was learnt while it waited.
        checkHeldBack();
        await pace(signal);
        return await run();
      } finally {
        semaphore.release();
      }
    },
    ended(verdict) {
      if (verdict === 'aborted') return;
      const wasSlow = isSlow();
      failures = verdict === 'answered' ? 0 : failures + 1;
      if (wasSlow && !isSlow()) semaphore.wake();
    },
    holdBack(ms) {
      heldBackUntil = Math.max(heldBackUntil, now() + ms);
    },
  };
}

/** A queue that its requests leave within a moment. */
export const shortQueue = (concurrency: number): number => Math.max(1, Math.floor(concurrency / 4));

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
