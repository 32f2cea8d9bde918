import type { EventOf, EventType } from '@switchboard/events';
import type { Logger } from 'pino';

export interface HandlerContext {
  /** Aborted when the time is up, the lease is lost, or the service must stop: hand it to every call outside. */
  readonly signal: AbortSignal;
  /** Which run of this event this is, over quick tries and retry topics; the first is 1. */
  readonly attempt: number;
  /** Carries the event's id, type and key. */
  readonly logger: Logger;
  /** The same for every run of this event in this service: hand it to the outside system. */
  readonly idempotencyKey: string;
  /**
   * Says that there is nothing to do for this event; when the handler then returns, the event is done, and counted.
   * @param reason becomes a label of a metric: a few fixed words such as `no_email`, nothing of the event.
   */
  skip(reason: string): void;
}

/**
 * Carries one event to the outside. Resolving means the effect is there. What it throws is retried, unless the error
 * says otherwise by a `FailureHint`, as a `PermanentError` and an `UnavailableError` do.
 */
export type Handler<T extends EventType> = (event: EventOf<T>, context: HandlerContext) => Promise<void> | void;

export type Handlers = { readonly [T in EventType]?: Handler<T> };

/** What an error may say about the next try of its event. */
export interface FailureHint {
  /** `never` dead-letters the event at once; `when-available` pauses the service and spends no attempt. */
  readonly retry?: 'never' | 'when-available' | undefined;
  /** Not before this much time has passed. */
  readonly retryAfterMs?: number | undefined;
}

/** This event will never succeed: it goes to the dead-letter topic without another try. */
export class PermanentError extends Error implements FailureHint {
  override readonly name = 'PermanentError';
  readonly retry = 'never';
  readonly code: string;

  /** @param message is kept in the dead letter's headers: no personal data. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The outside system is down as a whole: the service pauses and spends no attempt until a probe succeeds. */
export class UnavailableError extends Error implements FailureHint {
  override readonly name = 'UnavailableError';
  readonly retry = 'when-available';
  readonly target: string;

  constructor(target: string, options?: ErrorOptions) {
    super(`${target} is unavailable`, options);
    this.target = target;
  }
}

/** What the error says, whatever class it is of. */
export function hintOf(error: unknown): { retry: FailureHint['retry']; retryAfterMs: number } {
  const { retry, retryAfterMs } = (error ?? {}) as { retry?: FailureHint['retry']; retryAfterMs?: unknown };
  const wait = typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0;
  return { retry, retryAfterMs: Math.ceil(Math.min(wait, LONGEST_WAIT_MS)) };
}

/** Nobody looks for an event that has waited longer. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
