import type { Alert } from '@switchboard/alerts';
import { withoutPerson } from '@switchboard/kafka';
import { readTraceparent } from '@switchboard/tracing';
import type { ConsumedRecord } from '../assignment/record.ts';
import type { CauseOfDeath } from '../retry/forwarded-headers.ts';
import { aboutOf } from './about.ts';
import { causeOf } from './attempt.ts';
import type { Lease } from './leases.ts';
import { AT_ONCE, type Next, nextRound } from './next.ts';
import type { PipelineParts } from './pipeline.ts';

/** The remaining step after a decision is carried out: ask for the lease again, settle, wait, or leave the record. */
export type End = Next & { kind: 'admit' | 'settle' | 'leave' | 'wait' };

/** Carries out a decision and the decisions that follow from it. */
export type CarryOut = (
  record: ConsumedRecord,
  next: Exclude<Next, { kind: 'run' }>,
  lease: Lease | undefined,
) => Promise<End>;

const DONE: End = { kind: 'settle', as: 'done' };

type Parts = Pick<
  PipelineParts,
  'retryTopics' | 'eventState' | 'forwarder' | 'skipNotes' | 'metrics' | 'logger' | 'limits' | 'alert'
>;

/** Each step may be repeated after a crash. docs/delivery.md lists the state after a crash between two steps. */
export function createCarryOut(parts: Parts): CarryOut {
  const { retryTopics, eventState, forwarder, skipNotes, metrics, logger, limits, alert } = parts;

  const complete = (record: ConsumedRecord, lease: Lease, skipped: string | undefined): Promise<End> =>
    eventState.complete(record, lease.token, lease.admittedAs).then((verdict) => {
      if (verdict === 'refused') return AT_ONCE;
      if (skipped === undefined) metrics.effect(record);
      else {
        metrics.nothingToDo(record, skipped);
        skipNotes.add(record.identity, skipped);
      }
      return DONE;
    });

  async function park(
    record: ConsumedRecord,
    lease: Lease,
    { topic, to, since }: Next & { kind: 'park' },
  ): Promise<End> {
    if ((await eventState.fail(record, lease.token, to)) === 'refused') return AT_ONCE;
    record.from.letPass(record);
    const refusal = await forwarder.retry(record, topic, { ...to, dueAt: since });
    if (refusal !== undefined) return deadLetter(record, lease.token, refusal);
    await eventState.moved(record, lease.token, to);
    return { kind: 'settle', as: 'parked' };
  }

  async function retry(record: ConsumedRecord, lease: Lease, next: Next & { kind: 'retry' }): Promise<End> {
    const { topic, to, returned } = next;
    if ((await eventState.fail(record, lease.token, to)) === 'refused') return AT_ONCE;
    const refusal = await forwarder.retry(record, topic, to);
    if (refusal !== undefined) return deadLetter(record, lease.token, refusal);
    // A handler that has not returned may still act: its lease must run out before the next attempt.
    await eventState.moved(record, returned ? lease.token : '', to);
    return { kind: 'settle', as: 'retried' };
  }

  async function defer(record: ConsumedRecord, { topic, to }: Next & { kind: 'defer' }): Promise<End> {
    record.from.letPass(record);
    const refusal = await forwarder.retry(record, topic, to);
    if (refusal !== undefined) return deadLetter(record, '', refusal);
    await eventState.moved(record, '', to);
    return { kind: 'settle', as: 'deferred' };
  }

  async function deadLetter(record: ConsumedRecord, token: string, cause: CauseOfDeath): Promise<End> {
    await forwarder.deadLetter(record, cause);
    const holds = limits.onDeadLetter === 'hold' && record.defect === undefined;
    const verdict = await eventState.dead(record, token, holds ? retryTopics.retries.length : 0);
    if (verdict === 'refused') return AT_ONCE;
    const { identity, type, position, traceparent } = record;
    const trace_id = readTraceparent(traceparent)?.traceId;
    const { attempts } = position;
    logger.error({ event: withoutPerson(identity, type), type, ...cause, attempts, trace_id }, 'dead letter');
    alert(deadLetterAlert(record, cause));
    return { kind: 'settle', as: 'dead' };
  }

  async function release(record: ConsumedRecord, lease: Lease): Promise<End> {
    await eventState.release(record, lease.token);
    return { kind: 'leave' };
  }

  async function wait(record: ConsumedRecord, lease: Lease | undefined, next: Next & { kind: 'wait' }): Promise<End> {
    if (lease !== undefined) await eventState.release(record, lease.token);
    return next;
  }

  // No async function: it would wait once more for each of these promises.
  return (record, next, lease) => {
    switch (next.kind) {
      case 'wait':
        return wait(record, lease, next);
      case 'complete':
        return complete(record, lease as Lease, next.skipped);
      case 'retry':
        return retry(record, lease as Lease, next);
      case 'park':
        return park(record, lease as Lease, next);
      case 'defer':
        return defer(record, next);
      case 'dead-letter':
        return deadLetter(record, lease?.token ?? '', next.cause);
      case 'release':
        return release(record, lease as Lease);
      default:
        return Promise.resolve(next);
    }
  };
}

const deadLetterAlert = (record: ConsumedRecord, { code, message }: CauseOfDeath): Alert => ({
  kind: 'dead_letter',
  code,
  message,
  about: aboutOf(record),
  event: withoutPerson(record.identity, record.type),
});

/**
 * Fails a record whose lease Redis cannot take, as if its handler had used all its tries in this topic: the record goes
 * to the next retry topic, and finally to the dead-letter topic. Its handler does not run, so it has no second effect.
 * Its key does not wait for it, since that state would be in Redis.
 */
export function createFailUnleased({ retryTopics, eventState, forwarder, logger, alert }: Parts) {
  return async (record: ConsumedRecord, token: string, error: Error): Promise<End> => {
    const cause = causeOf(error);
    const failure = { kind: 'failed', cause, retryAfterMs: 0, settled: true } as const;
    const next = nextRound(record, failure, { retries: retryTopics.retries, now: Date.now() });
    const level = next.kind === 'retry' ? 'warn' : 'error';
    logger[level]({ type: record.type, origin: record.origin, ...cause }, 'Redis cannot take the lease of an event');
    const death = next.kind === 'retry' ? await forwarder.retry(record, next.topic, next.to) : cause;
    if (death === undefined) {
      await eventState.release(record, token);
      return { kind: 'settle', as: 'retried' };
    }
    await forwarder.deadLetter(record, death);
    await eventState.dead(record, token, 0);
    alert(deadLetterAlert(record, death));
    return { kind: 'settle', as: 'dead' };
  };
}
