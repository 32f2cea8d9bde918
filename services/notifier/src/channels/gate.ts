import { UnavailableError } from '@switchboard/consumer';
import { createAdmission, HeldBack, OutboundError } from '@switchboard/outbound';

/**
 * Limits what an outside system that hangs or is down can hold of the service, as a target of HTTP does for itself: a
 * bounded number of calls at a time and a short queue, one call at a time after failures, and one call a second while
 * the system is unavailable.
 */
export interface Gate {
  /** @throws UnavailableError, or OutboundError with `BUSY`, without a call when there is no room for one */
  run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T>;
  /** Why the system is unavailable, until a call gets an answer. */
  readonly reason: Error | undefined;
}

/** As for the breakers of HTTP: more than one event can cause, and fewer than kill one if the system does not answer. */
const FAILURES_TO_OPEN = 20;
const UNANSWERED_TO_OPEN = 5;
const PROBE_EVERY_MS = 1_000;
/** For each that runs; a call that takes a quarter of a second lets them go within the second that they may wait. */
const WAITING_PER_CALL = 4;

export function createGate(
  target: string,
  { concurrency, ratePerSecond }: { concurrency: number; ratePerSecond?: number | undefined },
): Gate {
  const admission = createAdmission({ concurrency, queue: WAITING_PER_CALL * concurrency, ratePerSecond });
  let failures = 0;
  let unanswered = 0;
  let reason: Error | undefined;
  let isProbing = false;
  let probedAt = 0;

  const refusal = (cause: Error): UnavailableError => new UnavailableError(target, { cause });

  async function attempt<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      answered();
      return result;
    } catch (error) {
      // Whoever asked gave up, so nothing is known.
      if (signal.aborted && (signal.reason as Error).name !== 'TimeoutError') throw error;
      throw failed(error);
    }
  }

  function answered(): void {
    failures = 0;
    unanswered = 0;
    reason = undefined;
    admission.ended('answered');
  }

  /** @returns the error to throw */
  function failed(error: unknown): unknown {
    const { retry, cause } = error as { retry?: string; cause?: unknown };
    if (retry === 'never') {
      // It refused only this message.
      answered();
      return error;
    }
    failures += 1;
    if (error instanceof OutboundError && error.code === 'CONNECTION_FAILED') unanswered += 1;
    probedAt = Date.now();
    admission.ended('failed');
    const isDown = retry === 'when-available';
    const opens = isDown || failures >= FAILURES_TO_OPEN || unanswered >= UNANSWERED_TO_OPEN;
    reason = opens ? asError(isDown ? (cause ?? error) : error) : undefined;
    return reason === undefined || isDown ? error : refusal(reason);
  }

  return {
    get reason() {
      return reason;
    },
    async run(signal, call) {
      const probes = reason !== undefined;
      if (reason !== undefined) {
        if (isProbing || Date.now() - probedAt < PROBE_EVERY_MS) throw refusal(reason);
        isProbing = true;
      }
      try {
        return await admission.run(signal, () => {
          // It became unavailable while this call waited.
          if (reason !== undefined && !probes) throw refusal(reason);
          return attempt(signal, call);
        });
      } catch (error) {
        if (!(error instanceof HeldBack)) throw error;
        const { by, afterMs: retryAfterMs } = error;
        const message = `${target} takes no more messages now (${by})`;
        throw new OutboundError('BUSY', message, { target, retry: 'when-available', retryAfterMs });
      } finally {
        if (probes) isProbing = false;
      }
    },
  };
}

const asError = (value: unknown): Error => (value instanceof Error ? value : new Error(String(value)));
