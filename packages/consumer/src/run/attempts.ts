import type { AnyEvent } from '@switchboard/events';
import { eventAttributes, idsOf } from '@switchboard/kafka';
import type { EventLog } from '@switchboard/service';
import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import type { Logger } from 'pino';
import { readHeaders } from '../assignment/headers.ts';
import type { ConsumedRecord } from '../assignment/record.ts';
import type { HandlerContext } from '../handler.ts';
import type { ConsumeMetrics } from '../metrics.ts';
import type { ConsumeLimits } from '../options.ts';
import type { AvailabilityControl } from '../queues/availability.ts';
import type { Pause } from '../queues/pause.ts';
import type { LatestNotes } from '../redis/latest-notes.ts';
import { Attempt, causeOf, HandlerTimeoutError, type Outcome, outcomeOf, stackOf, whyPaused } from './attempt.ts';
import type { Lease } from './leases.ts';
import type { OutsideEffect } from './outside-effect.ts';

export type AnyHandler = (event: AnyEvent, context: HandlerContext) => Promise<void> | void;

export interface AttemptParts {
  service: string;
  handlers: ReadonlyMap<string, AnyHandler>;
  decode(value: Buffer): AnyEvent | Promise<AnyEvent>;
  pause: Pause;
  availability: AvailabilityControl;
  limits: ConsumeLimits;
  metrics: ConsumeMetrics;
  logger: Logger;
  eventLog: EventLog;
  effectNotes: Pick<LatestNotes<OutsideEffect>, 'add'>;
  tracer: Tracer;
}

/** Runs handlers in bounded time and returns their outcomes. */
export interface Attempts {
  /** @param probes the target that this run probes */
  run(record: ConsumedRecord, lease: Lease, probes?: string): Promise<Outcome>;
  /** Aborts all running handlers. */
  abort(reason: Error): void;
  stop(): void;
}

/** How long a handler may take to react to its abort signal before it is abandoned. */
const ABORT_GRACE_MS = 1_000;
/** One periodic check of all running handlers is cheaper than a timer for each. */
const CHECK_EVERY_MS = 100;
const DONE: Outcome = { kind: 'done' };

export function createAttempts(parts: AttemptParts): Attempts {
  const { service, handlers, pause, availability, limits, metrics, logger, eventLog, effectNotes, tracer } = parts;
  const running = new Set<Attempt>();
  const timer = setInterval(endOverdue, CHECK_EVERY_MS);
  const noteSignal = (probes?: string) => (signal: AbortSignal) => availability.attempts(signal, probes);
  const noteUnprobed = noteSignal();

  function endOverdue(): void {
    const now = performance.now();
    for (const attempt of running) {
      const ran = now - attempt.startedAt;
      if (ran > limits.handlerTimeoutMs) attempt.abort(new HandlerTimeoutError(limits.handlerTimeoutMs));
      if (ran > limits.handlerTimeoutMs + ABORT_GRACE_MS) attempt.abandon(limits.handlerTimeoutMs);
    }
  }

  // No closure: it would cost every event as much as an object for all of these variables.
  async function handle(
    record: ConsumedRecord,
    lease: Lease,
    event: AnyEvent,
    span: Span,
    probes: string | undefined,
  ): Promise<Outcome> {
    record.position.attempts += 1;
    const attempt = new Attempt(record, service, logger, span.ids);
    attempt.onSignal = probes === undefined ? noteUnprobed : noteSignal(probes);
    const startedAt = Date.now();
    lease.attempt = attempt;
    running.add(attempt);
    let outcome: Outcome = DONE;
    try {
      await attempt.run(handlers.get(record.type) as AnyHandler, event);
      if (attempt.skipped !== undefined) outcome = { kind: 'skipped', reason: attempt.skipped };
    } catch (error) {
      outcome = outcomeOf(error);
      if (outcome.kind === 'unavailable') {
        record.position.attempts -= 1;
        if (outcome.waitsFor === 'registry') outcome = { ...outcome, why: whyPaused(error).reason };
      } else {
        attempt.logger.warn({ outcome: outcome.kind, ...causeOf(error), stack: stackOf(error) }, 'an event failed');
      }
    } finally {
      running.delete(attempt);
    }
    if (outcome.kind === 'done') availability.worked(startedAt);
    const ms = performance.now() - attempt.startedAt;
    metrics.attempted(record, outcome.kind, ms);
    if (outcome.kind === 'done') tell(record, attempt, event, ms);
    return noted(outcome, span);
  }

  function noted(outcome: Outcome, span: Span): Outcome {
    span.set(() => ({ 'switchboard.outcome': outcome.kind }));
    if (outcome.kind === 'unavailable') span.fail(`${outcome.waitsFor}_unavailable`);
    else if ('cause' in outcome) span.fail(outcome.cause.code);
    return outcome;
  }

  /** One line tells what the event did, and where. */
  function tell(record: ConsumedRecord, attempt: Attempt, event: AnyEvent, ms: number): void {
    const { effect } = attempt;
    if (effect !== undefined) effectNotes.add(record.identity, effect);
    if (!eventLog.takes()) return;
    const { system, id: outsideId, url } = effect ?? {};
    eventLog.write('effect', {
      ...idsOf(event),
      ...{ system, outsideId, url, attempt: attempt.attempt, ms: Math.round(ms) },
    });
  }

  const attributesOf = ({ from, tracked, message, position }: ConsumedRecord): SpanAttributes => ({
    ...eventAttributes(readHeaders(message)),
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.destination.name': from.topic,
    'messaging.destination.partition.id': String(from.partition),
    'messaging.kafka.offset': tracked.offset,
    'messaging.consumer.group.name': service,
    'switchboard.attempt': position.attempts + 1,
    'switchboard.hop': position.hop,
  });

  return {
    run(record, lease, probes) {
      const name = `process ${record.origin.topic}`;
      const cause = { traceparent: record.traceparent };
      return tracer.span({ kind: 'consumer', name, cause, attributes: () => attributesOf(record) }, (span) => {
        record.traceparent ??= span.traceparent;
        // The value was decoded, so the registry is available or not needed.
        pause.end('registry');
        const reading = record.reading as NonNullable<ConsumedRecord['reading']>;
        // No async function: it would wait once more for the same promise.
        return 'kind' in reading ? Promise.resolve(noted(reading, span)) : handle(record, lease, reading, span, probes);
      });
    },
    abort(reason) {
      for (const attempt of running) attempt.abort(reason);
    },
    stop: () => clearInterval(timer),
  };
}
