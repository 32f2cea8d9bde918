import type { EventOf, EventType } from '@switchboard/events';
import type { Logger } from 'pino';

export interface HandlerContext {
  /** Aborted when the handler times out, loses its lease, or must stop. Pass it to every outside call. */
  readonly signal: AbortSignal;
  /** The number of this run of the event, over all topics. The first run is 1. */
  readonly attempt: number;
  /** Logs with the event's id, type and key. */
  readonly logger: Logger;
  /** The same for every run of this event in this service. Pass it to the outside system. */
  readonly idempotencyKey: string;
  /**
   * Declares that there is nothing to do for this event. When the handler returns, the event is done and counted.
   * @param reason a label of a metric: one of a few fixed words such as `no_email`, without data of the event
   */
  skip(reason: string): void;
  /**
   * Runs one of several effects of the event. When the event runs again, a step that is done is passed over, also in
   * another topic or process; after a crash it may run again, with the same idempotency key.
   * @param name of a few fixed words or of a connection, without data of the event
   */
  step(name: string, run: () => Promise<void>): Promise<void>;
  /** The steps that will never succeed, with the codes of their failures; for `eachStep`. */
  readonly failedSteps?: Map<string, string>;
}

/**
 * Applies the effect of one event to the outside. When it resolves, the effect is there. Errors are retried, unless
 * their `FailureHint` says otherwise, as in `PermanentError` and `UnavailableError`.
 */
export type Handler<T extends EventType> = (event: EventOf<T>, context: HandlerContext) => Promise<void> | void;

export type Handlers = { readonly [T in EventType]?: Handler<T> };

/** Properties of an error that control the next attempt. */
export interface FailureHint {
  /** `never` dead-letters the event at once; with `when-available` it waits for `target` and spends no attempt. */
  readonly retry?: 'never' | 'when-available' | undefined;
  /** The connection that is unavailable. Default: one for all that have no name. */
  readonly target?: string | undefined;
  /** `BUSY`: the target is available, but takes no more requests now. */
  readonly code?: string | undefined;
  /** The shortest time to the next attempt. */
  readonly retryAfterMs?: number | undefined;
}

/** This event will never succeed. It goes to the dead-letter topic without another attempt. */
export class PermanentError extends Error implements FailureHint {
  override readonly name = 'PermanentError';
  readonly retry = 'never';
  readonly code: string;

  /** @param message kept in the dead letter's headers: no personal data */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The outside system is down. Events that need it wait, and spend no attempt, until a probe succeeds. */
export class UnavailableError extends Error implements FailureHint {
  override readonly name = 'UnavailableError';
  readonly retry = 'when-available';
  readonly target: string;

  constructor(target: string, options?: ErrorOptions) {
    super(`${target} is unavailable`, options);
    this.target = target;
  }
}

/** Reads the hint of an error of any class. */
export function hintOf(error: unknown): Hint {
  const { retry, retryAfterMs, target, code } = (error ?? {}) as { [name in keyof FailureHint]?: unknown };
  const wait = typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0;
  return {
    retry: retry as FailureHint['retry'],
    retryAfterMs: Math.ceil(Math.min(wait, LONGEST_WAIT_MS)),
    target: typeof target === 'string' ? target : '',
    isBusy: code === 'BUSY',
  };
}

interface Hint {
  readonly retry: FailureHint['retry'];
  readonly retryAfterMs: number;
  readonly target: string;
  readonly isBusy: boolean;
}

/** The upper bound of `retryAfterMs`. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
