import { type ConsumedRecord, nextHop } from '../assignment/record.ts';
import type { Ending } from '../metrics.ts';
import type { Admission, QueuePosition } from '../redis/event-state.ts';
import type { CauseOfDeath } from '../retry/forwarded-headers.ts';
import { type RetryTopic, WAITING_LEVEL } from '../retry/retry-topics.ts';
import type { Outcome } from './attempt.ts';

/** The next step of a record. Decisions are made here; pipeline.ts and carry-out.ts only carry them out. */
export type Next =
  /** Ask Redis for the lease again, once another worker may have finished this event or the one before it. */
  | { readonly kind: 'admit'; readonly afterMs: number }
  /** Run the handler. */
  | { readonly kind: 'run'; readonly afterMs: number }
  /** The effect is there, or there was nothing to do, for the reason `skipped`. */
  | { readonly kind: 'complete'; readonly skipped: string | undefined }
  /** Move it to a retry topic after its own failure. `returned` is false while its handler may still act. */
  | { readonly kind: 'retry'; readonly returned: boolean; readonly topic: RetryTopic; readonly to: RetryPosition }
  /** Move it to the retry topic where an earlier event of its key waits. */
  | { readonly kind: 'defer'; readonly topic: RetryTopic; readonly to: RetryPosition }
  | { readonly kind: 'dead-letter'; readonly cause: CauseOfDeath }
  /** Wait in memory for an outside system, without a lease. `busyMs`: it is up, and has room after this time. */
  | { readonly kind: 'wait'; readonly target: string; readonly busyMs: number }
  /** Move it to the waiting topic. `since` is when it started to wait for the outside system, in epoch ms. */
  | { readonly kind: 'park'; readonly topic: RetryTopic; readonly to: RetryPosition; readonly since: number }
  /** Release the lease: the event belongs to another owner now. */
  | { readonly kind: 'release' }
  /** The event belongs to another owner, and there is no lease to release. */
  | { readonly kind: 'leave' }
  /** The record is done, dead, or safe in another topic. */
  | { readonly kind: 'settle'; readonly as: Ending };

/** A position in the retry topics. */
export interface RetryPosition extends QueuePosition {
  readonly round: number;
}

/** The shortest wait of a follower. Its head is already due, and needs time to run. */
const FOLLOWER_PAUSE_MS = 1_000;
/** How long an event waits in place for earlier events that are due; then it joins them in the retry topics. */
const WAIT_IN_PLACE_MS = 5_000;
const BUSY = { firstMs: 250, longestMs: 1_000 };
const SOON = { firstMs: 25, longestMs: 200 };

export const AT_ONCE: Next & { kind: 'admit' } = { kind: 'admit', afterMs: 0 };

const after = ({ waits }: Pick<ConsumedRecord, 'waits'>, { firstMs, longestMs }: typeof BUSY): Next => ({
  kind: 'admit',
  afterMs: Math.min(firstMs * 2 ** waits, longestMs),
});

type Place = Pick<ConsumedRecord, 'waits' | 'position'> & { readonly from: { readonly topic: string } };

export interface AdmissionContext {
  readonly retries: readonly RetryTopic[];
  readonly waiting: RetryTopic;
  /** Epoch ms. */
  readonly now: number;
  /** How long the record has been at the head of its key queue. */
  readonly waitedMs: number;
}

export function afterAdmission(
  record: Place,
  admission: Admission,
  { retries, waiting, now, waitedMs }: AdmissionContext,
): Next {
  switch (admission.kind) {
    case 'run':
    case 'held':
      return { kind: 'run', afterMs: 0 };
    case 'busy':
      return after(record, BUSY);
    case 'defer': {
      const { level, dueAt: headDueAt } = admission;
      const { round } = record.position;
      if (level === WAITING_LEVEL) {
        const to = { round, hop: nextHop(record), level, dueAt: now + FOLLOWER_PAUSE_MS };
        return { kind: 'defer', topic: waiting, to };
      }
      // If the head is in the same topic, it may be behind this record.
      const isHeadNear = headDueAt > 0 && headDueAt <= now && retries[level - 1]?.topic !== record.from.topic;
      if (isHeadNear && waitedMs < WAIT_IN_PLACE_MS) return after(record, SOON);
      const topic = retries[Math.min(level, retries.length) - 1];
      if (topic === undefined) return AT_ONCE;
      const dueAt = headDueAt === 0 ? now + topic.delayMs : Math.max(headDueAt, now + FOLLOWER_PAUSE_MS);
      return { kind: 'defer', topic, to: { round, hop: nextHop(record), level, dueAt } };
    }
    default:
      return { kind: 'settle', as: 'duplicate' };
  }
}

export interface AttemptContext {
  readonly retries: readonly RetryTopic[];
  /** Attempts so far in this topic. */
  readonly tries: number;
  readonly quickTries: number;
  /** The pause before the next attempt in this topic. */
  readonly backoffMs: number;
  readonly isStopping: boolean;
  /** Epoch ms. */
  readonly now: number;
}

export function afterAttempt(record: Place, outcome: Outcome, context: AttemptContext): Next {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'complete', skipped: undefined };
    case 'skipped':
      return { kind: 'complete', skipped: outcome.reason };
    case 'permanent':
      return { kind: 'dead-letter', cause: outcome.cause };
    case 'unavailable': {
      if (outcome.waitsFor === 'registry') return { kind: 'run', afterMs: 0 };
      const { target, isBusy, retryAfterMs } = outcome;
      return { kind: 'wait', target, busyMs: isBusy ? Math.max(retryAfterMs, 1) : 0 };
    }
    case 'failed': {
      const { tries, quickTries, backoffMs, isStopping } = context;
      // A failure during the stop may come from the aborted signal or closed connections, so it does not count.
      if (isStopping) return { kind: outcome.settled ? 'release' : 'leave' };
      const isQuick = tries < quickTries && outcome.settled && outcome.retryAfterMs <= backoffMs * 2;
      if (isQuick) return { kind: 'run', afterMs: Math.max(backoffMs, outcome.retryAfterMs) };
      return nextRound(record, outcome, context);
    }
  }
}

/** Moves the record to the next retry topic, or dead-letters it after the last. */
export function nextRound(
  record: Place,
  { cause, retryAfterMs, settled }: Outcome & { kind: 'failed' },
  { retries, now }: Pick<AttemptContext, 'retries' | 'now'>,
): Next & { kind: 'retry' | 'dead-letter' } {
  const round = record.position.round + 1;
  const topic = retries[round - 1];
  if (topic === undefined) return { kind: 'dead-letter', cause };
  const dueAt = now + Math.max(topic.delayMs, retryAfterMs);
  return { kind: 'retry', returned: settled, topic, to: { round, hop: nextHop(record), level: round, dueAt } };
}

/** How long a version that takes the waiting topic for a retry topic lets the followers of a parked event wait. */
const PARKED_FOR_MS = 10 * 60_000;

export interface WaitingContext {
  readonly waiting: RetryTopic;
  /** Epoch ms. */
  readonly now: number;
}

/** Moves a record that waits for an outside system to the waiting topic, or to the end of it. */
export function afterWaiting(
  record: Place & Pick<ConsumedRecord, 'waitsSince'>,
  { waiting, now }: WaitingContext,
): Next & { kind: 'park' } {
  const { round, dueAt } = record.position;
  const since = record.from.topic === waiting.topic && dueAt > 0 ? dueAt : record.waitsSince;
  const to = { round, hop: nextHop(record), level: WAITING_LEVEL, dueAt: now + PARKED_FOR_MS };
  return { kind: 'park', topic: waiting, to, since };
}
