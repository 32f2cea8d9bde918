import type { AnyEvent } from '@switchboard/events';
import { eventAttributes } from '@switchboard/kafka';
import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import type { Logger } from 'pino';
import type { ConsumedRecord } from '../assignment/record.ts';
import type { HandlerContext } from '../handler.ts';
import type { ConsumeMetrics } from '../metrics.ts';
import type { ConsumeLimits } from '../options.ts';
import type { Gate } from '../queues/gate.ts';
import { Attempt, causeOf, HandlerTimeoutError, type Outcome, outcomeOf, stackOf, whyPaused } from './attempt.ts';
import type { Claim } from './claims.ts';

export type AnyHandler = (event: AnyEvent, context: HandlerContext) => Promise<void> | void;

export interface AttemptParts {
  service: string;
  handlers: ReadonlyMap<string, AnyHandler>;
  decode(value: Buffer): AnyEvent | Promise<AnyEvent>;
  gate: Gate;
  limits: ConsumeLimits;
  metrics: ConsumeMetrics;
  logger: Logger;
  tracer: Tracer;
}

/** Runs handlers, each in bounded time, and tells how it ended. */
export interface Attempts {
  run(record: ConsumedRecord, claim: Claim): Promise<Outcome>;
  /** Aborts all that run. */
  abort(reason: Error): void;
  stop(): void;
}

/** How long a handler gets to heed its abort signal before it is given up. */
const ABORT_GRACE_MS = 1_000;
/** Looking at all that run now and then is cheaper than a timer for each. */
const LOOK_EVERY_MS = 100;

export function createAttempts(parts: AttemptParts): Attempts {
  const { service, handlers, gate, limits, metrics, logger, tracer } = parts;
  const running = new Set<Attempt>();
  const timer = setInterval(endOverdue, LOOK_EVERY_MS);

  function endOverdue(): void {
    const now = performance.now();
    for (const attempt of running) {
      const ran = now - attempt.startedAt;
      if (ran > limits.handlerTimeoutMs) attempt.abort(new HandlerTimeoutError(limits.handlerTimeoutMs));
      if (ran > limits.handlerTimeoutMs + ABORT_GRACE_MS) attempt.abandon(limits.handlerTimeoutMs);
    }
  }

  async function handle(record: ConsumedRecord, claim: Claim, event: AnyEvent, ids: Span['ids']): Promise<Outcome> {
    record.attempts += 1;
    const attempt = new Attempt(record, service, logger, ids);
    claim.onLost = () => attempt.abort(new Error('the lease is lost'));
    running.add(attempt);
    let outcome: Outcome = { kind: 'done' };
    try {
      await attempt.run(handlers.get(record.type) as AnyHandler, event);
      if (attempt.skipped !== undefined) outcome = { kind: 'skipped', reason: attempt.skipped };
    } catch (error) {
      outcome = outcomeOf(error);
      if (outcome.kind === 'unavailable') {
        record.attempts -= 1;
        // Once, and not for each probe.
        const { reason } = whyPaused(error);
        if (!gate.closedBy.has(outcome.closure)) attempt.logger.warn({ reason }, 'paused until it is back');
        outcome = { ...outcome, why: reason };
      } else {
        attempt.logger.warn({ outcome: outcome.kind, ...causeOf(error), stack: stackOf(error) }, 'an event failed');
      }
    } finally {
      running.delete(attempt);
    }
    if (outcome.kind !== 'unavailable') {
      if (gate.closedBy.has('outside')) logger.info('it is back: going on');
      gate.open('outside');
    }
    metrics.attempted(record, outcome.kind, performance.now() - attempt.startedAt);
    return outcome;
  }

  const attributesOf = ({ from, tracked, headers, attempts, hop }: ConsumedRecord): SpanAttributes => ({
    ...eventAttributes(headers),
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.destination.name': from.topic,
    'messaging.destination.partition.id': String(from.partition),
    'messaging.kafka.offset': tracked.offset,
    'messaging.consumer.group.name': service,
    'switchboard.attempt': attempts + 1,
    'switchboard.hop': hop,
  });

  return {
    run(record, claim) {
      const name = `process ${record.origin.topic}`;
      const cause = { traceparent: record.traceparent };
      return tracer.span({ kind: 'consumer', name, cause, attributes: () => attributesOf(record) }, async (span) => {
        record.traceparent ??= span.traceparent;
        // Its value could be read, by now or long ago.
        gate.open('registry');
        const reading = record.reading as NonNullable<ConsumedRecord['reading']>;
        const outcome = 'kind' in reading ? reading : await handle(record, claim, reading, span.ids);
        span.set(() => ({ 'switchboard.outcome': outcome.kind }));
        if (outcome.kind === 'unavailable') span.fail(`${outcome.closure}_unavailable`);
        else if ('cause' in outcome) span.fail(outcome.cause.code);
        return outcome;
      });
    },
    abort(reason) {
      for (const attempt of running) attempt.abort(reason);
    },
    stop: () => clearInterval(timer),
  };
}
