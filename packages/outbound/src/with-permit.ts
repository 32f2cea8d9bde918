import type { Semaphore } from '@switchboard/async';

/** Runs `run` with a permit. Rejects with the signal's reason if the signal aborts before a permit is free. */
export async function withPermit<T>(
  semaphore: Semaphore,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  const isWanted = (): boolean => signal?.aborted !== true;
  signal?.addEventListener('abort', semaphore.wake, { once: true });
  try {
    if (!(await semaphore.acquire(false, isWanted))) throw signal?.reason;
  } finally {
    signal?.removeEventListener('abort', semaphore.wake);
  }
  try {
    return await run();
  } finally {
    semaphore.release();
  }
}
