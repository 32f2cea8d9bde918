import type { AnyEvent } from '@switchboard/events';
import { KafkaError, redactSentence, shorten, withoutPerson } from '@switchboard/kafka';
import type { Span } from '@switchboard/tracing';
import type { Logger } from 'pino';
import type { ConsumedRecord } from '../assignment/record.ts';
import { createSteps, type Steps } from '../assignment/steps.ts';
import { type HandlerContext, hintOf } from '../handler.ts';
import type { TargetFailure } from '../queues/availability.ts';
import type { CauseOfDeath } from '../retry/forwarded-headers.ts';
import { effectOf, type OutsideEffect } from './outside-effect.ts';

/** How one run of a handler ended. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Done without an effect, for this reason. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** `settled` is false if the handler did not return: it may still have its effect. */
  | { readonly kind: 'failed'; readonly cause: CauseOfDeath; readonly retryAfterMs: number; readonly settled: boolean }
  | { readonly kind: 'permanent'; readonly cause: CauseOfDeath }
  | { readonly kind: 'unavailable'; readonly waitsFor: 'registry'; readonly why?: string }
  /** An outside system cannot be used now. */
  | ({ readonly kind: 'unavailable'; readonly waitsFor: 'outside' } & TargetFailure & {
        readonly target: string;
        readonly isBusy: boolean;
      });

export function outcomeOf(error: unknown): Outcome {
  const { retry, retryAfterMs, target, isBusy } = hintOf(error);
  if (retry === 'when-available') {
    return { kind: 'unavailable', waitsFor: 'outside', target, isBusy, retryAfterMs, why: whyPaused(error).reason };
  }
  if (error instanceof KafkaError && error.code === 'REGISTRY_UNREACHABLE') {
    return { kind: 'unavailable', waitsFor: 'registry' };
  }
  const cause = causeOf(error);
  if (retry === 'never') return { kind: 'permanent', cause };
  return { kind: 'failed', cause, retryAfterMs, settled: !(error instanceof AbandonedError) };
}

export function causeOf(error: unknown): CauseOfDeath {
  if (!(error instanceof Error)) {
    return { code: 'NOT_AN_ERROR', message: redact(`the handler rejected with ${String(error)}`) };
  }
  const { code } = error as { code?: unknown };
  return { code: typeof code === 'string' ? code : error.name, message: redact(error.message) };
}

/** The unavailable system, with the underlying error. */
export function whyPaused(error: unknown): { reason: string } {
  const { message } = causeOf(error);
  const { cause } = error as { cause?: unknown };
  return { reason: cause instanceof Error ? `${message}: ${causeOf(cause).message}` : message };
}

/** The redacted stack, for the log. */
export const stackOf = (error: unknown): string | undefined =>
  error instanceof Error && error.stack !== undefined ? redact(error.stack) : undefined;

/** Longer than any useful message. */
const MOST_CHARACTERS = 2_000;

/** Removes addresses and numbers of people, since an outside system may repeat the request in its error message. */
const redact = (message: string): string => redactSentence(shorten(message, MOST_CHARACTERS));

/** The abort reason of a handler that timed out. */
export class HandlerTimeoutError extends Error {
  readonly code = 'HANDLER_TIMEOUT';

  constructor(limitMs: number) {
    super(`the handler did not settle within ${limitMs} ms`);
  }
}

/** The handler ignored its abort signal; it is no longer awaited. */
class AbandonedError extends HandlerTimeoutError {}

/** One run of a handler, and its context. Expensive parts are created lazily. */
export class Attempt implements HandlerContext {
  readonly attempt: number;
  readonly startedAt = performance.now();
  skipped: string | undefined;
  /** Called with its signal, if the handler asks for it. */
  onSignal: ((signal: AbortSignal) => void) | undefined;
  readonly #record: ConsumedRecord;
  readonly #service: string;
  readonly #parentLogger: Logger;
  readonly #ids: Span['ids'];
  #controller: AbortController | undefined;
  #logger: Logger | undefined;
  #abortedFor: Error | undefined;
  #abandon: ((error: Error) => void) | undefined;

  constructor(record: ConsumedRecord, service: string, logger: Logger, ids?: Span['ids']) {
    this.attempt = record.position.attempts;
    this.#record = record;
    this.#service = service;
    this.#parentLogger = logger;
    this.#ids = ids;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.onSignal?.(this.#controller.signal);
      if (this.#abortedFor !== undefined) this.#controller.abort(this.#abortedFor);
    }
    return this.#controller.signal;
  }

  /** What it made in an outside system, if it asked for its signal. */
  get effect(): OutsideEffect | undefined {
    return effectOf(this.#controller?.signal);
  }

  get logger(): Logger {
    const { type, identity, key } = this.#record;
    this.#logger ??= this.#parentLogger.child({
      type,
      event: withoutPerson(identity, type),
      key: withoutPerson(key?.toString() ?? '', type),
      attempt: this.attempt,
      ...this.#ids,
    });
    return this.#logger;
  }

  get idempotencyKey(): string {
    return `${this.#service}:${this.#record.identity}`;
  }

  /** A function of its own, so that handlers may destructure it; few handlers ask for it. */
  get skip(): (reason: string) => void {
    return (reason) => {
      this.skipped = reason;
    };
  }

  get failedSteps(): Map<string, string> {
    return this.#steps.failed;
  }

  get step(): (name: string, run: () => Promise<void>) => Promise<void> {
    const { done } = this.#steps;
    return async (name, run) => {
      if (done.has(name)) return;
      await run();
      done.add(name);
    };
  }

  get #steps(): Steps {
    this.#record.steps ??= createSteps();
    return this.#record.steps;
  }

  /** Runs the handler. Rejects with its error, or when it is abandoned. */
  run(handler: (event: AnyEvent, context: HandlerContext) => Promise<void> | void, event: AnyEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#abandon = reject;
      // An error that it throws at once rejects as well, as in every executor of a promise.
      Promise.resolve(handler(event, this)).then(resolve, reject);
    });
  }

  abort(reason: Error): void {
    this.#abortedFor ??= reason;
    this.#controller?.abort(reason);
  }

  /** Stops waiting for a handler that does not settle. */
  abandon(afterMs: number): void {
    this.#abandon?.(new AbandonedError(afterMs));
  }
}
