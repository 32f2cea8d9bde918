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
}

/**
 * Carries one event to the outside. Resolving means the effect is there. A `PermanentError` dead-letters the
 * event at once, an `UnavailableError` pauses the service, everything else is retried.
 */
export type Handler<T extends EventType> = (event: EventOf<T>, context: HandlerContext) => Promise<void> | void;

export type Handlers = { readonly [T in EventType]?: Handler<T> };

/** This event will never succeed: it goes to the dead-letter topic without another try. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly code: string;

  /** @param message is kept in the dead letter's headers: no personal data. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The outside system is down as a whole: the service pauses and spends no attempt until a probe succeeds. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly target: string;

  constructor(target: string, options?: ErrorOptions) {
    super(`${target} is unavailable`, options);
    this.target = target;
  }
}

/** What an error of an HTTP client may say about the next try. */
export const retryAfterOf = (error: unknown): number => {
  const { retryAfterMs } = (error ?? {}) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0;
};
