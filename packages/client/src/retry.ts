import type { Clock } from './clock.ts';
import { SendError } from './send-error.ts';

export interface Retry {
  /** No attempt starts later than this after the first; default 60 s. */
  forMs?: number;
  /** The longest pause before the second attempt; it doubles with each attempt. Default 500 ms. */
  baseMs?: number;
  /** The pause never exceeds this, unless `Retry-After` asks for more; default 30 s. */
  maxMs?: number;
}

interface Repeated {
  /** `false` makes one attempt. */
  retry: Retry | false;
  signal: AbortSignal | undefined;
  clock: Clock;
}

/** Repeats an attempt while its error says that this may help, until the time is used up. */
export async function withRetry<T>(
  { retry, signal, clock }: Repeated,
  attempt: (attempts: number) => Promise<T>,
): Promise<T> {
  const { forMs = 60_000, baseMs = 500, maxMs = 30_000 } = retry === false ? { forMs: 0 } : retry;
  const startedAt = clock.elapsed();
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt(attempts);
    } catch (error) {
      if (!(error instanceof SendError) || !error.retryable || error.code === 'ABORTED') throw error;
      const { retryAfterMs = 0 } = error;
      const left = startedAt + forMs - clock.elapsed();
      if (left <= 0 || retryAfterMs > left) throw error;
      // Full jitter also after Retry-After: otherwise all senders that an outage stopped come back in the same moment.
      const pause = retryAfterMs + clock.random() * Math.min(baseMs * 2 ** (attempts - 1), maxMs);
      await clock.sleep(Math.min(pause, left), signal).catch((cause: unknown) => {
        throw signal?.aborted ? aborted(signal) : cause;
      });
    }
  }
}

export const aborted = ({ reason }: AbortSignal): SendError =>
  new SendError('ABORTED', 'Sending was aborted.', { cause: reason });
