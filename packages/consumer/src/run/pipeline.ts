import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Alert } from '@switchboard/alerts';
import { backoff, createPriorityQueue, createSemaphore } from '@switchboard/async';
import { type ConsumedRecord, isFromRetryTopic, placeOf } from '../assignment/record.ts';
import type { EventState } from '../redis/event-state.ts';
import type { OperatorNotes } from '../redis/operator-notes.ts';
import { EventStateError } from '../redis/script-call.ts';
import type { Forwarder } from '../retry/forwarder.ts';
import type { RetryTopics } from '../retry/retry-topics.ts';
import type { Outcome } from './attempt.ts';
import { type AttemptParts, createAttempts } from './attempts.ts';
import { createCarryOut, createFailUnleased, type End } from './carry-out.ts';
import { createLeases, type Lease } from './leases.ts';
import { AT_ONCE, afterAdmission, afterAttempt, type Next } from './next.ts';
import { createReadValue } from './read-value.ts';

export interface Pipeline {
  /** Takes the head of a key queue through all stages as soon as there is room, then settles it in its partition. */
  offer(record: ConsumedRecord): void;
  /** Call it when records may run that could not before. */
  wake(): void;
  /** Starts no more handlers, waits for running ones, then aborts them. Resolves within the limit. */
  stop(limitMs: number): Promise<void>;
  readonly running: number;
  /** Records that wait for the semaphore. */
  readonly waiting: number;
}

export interface PipelineParts extends AttemptParts {
  retryTopics: RetryTopics;
  eventState: EventState;
  forwarder: Forwarder;
  notes: Pick<OperatorNotes, 'skipped'>;
  alert(alert: Alert): void;
  /** The pipeline failed for a record, which stays uncommitted. */
  failed(error: Error): void;
}

/**
 * Takes records through their stages: read the value, ask Redis for the lease (order and deduplication in one), wait
 * for the semaphore, run the handler in bounded time, and carry out the decision of next.ts. Leases are taken before
 * the semaphore and marks are made after it, so that the semaphore limits only handlers.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { retryTopics, eventState, pause, limits, metrics, failed } = parts;
  const { retries } = retryTopics;
  const instance = randomBytes(8).toString('hex');
  const leases = createLeases({ eventState, leaseMs: limits.leaseMs });
  const ready = createPriorityQueue<ConsumedRecord>();
  const mostAhead = limits.concurrency + limits.leaseAhead;
  const semaphore = createSemaphore(limits.concurrency, () => pause.admits());
  const attempts = createAttempts(parts);
  const carryOut = createCarryOut(parts);
  const failUnleased = createFailUnleased(parts);
  const readValue = createReadValue({ ...parts, semaphore });
  const urgent = new Set<string>(limits.urgent);
  const stopping = new AbortController();
  // Every record that waits between two attempts adds a listener.
  setMaxListeners(0, stopping.signal);
  let tokens = 0;
  /** Records in the pipeline, and those of them that have not passed the semaphore. */
  let carried = 0;
  let ahead = 0;

  const isOurs = (record: ConsumedRecord): boolean => record.from.active && !stopping.signal.aborted;
  const isUrgent = (record: ConsumedRecord): boolean => urgent.has(record.type);

  function offer(record: ConsumedRecord): void {
    if (record.offeredAt === 0) record.offeredAt = performance.now();
    ready.join(record, isUrgent(record));
    pump();
  }

  function pump(): void {
    while (ahead < mostAhead || ready.urgent > 0) {
      const record = ready.next();
      if (record === undefined) return;
      if (isOurs(record)) void carry(record);
    }
  }

  async function carry(record: ConsumedRecord): Promise<void> {
    carried += 1;
    ahead += 1;
    record.isAhead = true;
    let end: End = { kind: 'leave' };
    try {
      end = await leaseAndRun(record);
    } catch (error) {
      failed(new Error(`the pipeline failed for a record of ${record.from.topic}`, { cause: error }));
    }
    carried -= 1;
    started(record);
    if (end.kind === 'settle') {
      metrics.ended(record, end.as);
      record.from.settle(record);
    } else if (end.kind === 'admit') {
      comeBack(record, end.afterMs);
    }
  }

  /** The record has passed the semaphore or does not need to. */
  function started(record: ConsumedRecord): void {
    if (!record.isAhead) return;
    record.isAhead = false;
    ahead -= 1;
    pump();
  }

  function comeBack(record: ConsumedRecord, afterMs: number): void {
    if (afterMs === 0) {
      offer(record);
      return;
    }
    record.waits += 1;
    setTimeout(() => offer(record), afterMs);
  }

  async function leaseAndRun(record: ConsumedRecord): Promise<End> {
    if (!(await readValue(record, isUrgent(record), () => isOurs(record)))) return { kind: 'leave' };
    if (isFromRetryTopic(record) && record.isVerified) await eventState.identify(record, placeOf(record));
    tokens += 1;
    const token = `${instance}-${tokens}`;
    const askedAt = performance.now();
    const admission = await eventState.admit(record, token).catch((error) => {
      if (error instanceof EventStateError) return error;
      throw error;
    });
    if (admission instanceof EventStateError) return failUnleased(record, token, admission);
    const context = { retries, now: Date.now(), waitedMs: performance.now() - record.offeredAt };
    const next = afterAdmission(record, admission, context);
    if (next.kind !== 'run') return carryOut(record, next, undefined);
    const lease = leases.open(record, token, admission.kind === 'held' ? 'held' : 'run', askedAt);
    try {
      const end = await carryOut(record, await run(record, lease), lease);
      if (end.kind === 'admit') await eventState.release(record, token);
      return end;
    } finally {
      leases.close(lease);
    }
  }

  /** Runs the handler until the decision is not to run it again. */
  async function run(record: ConsumedRecord, lease: Lease): Promise<Exclude<Next, { kind: 'run' }>> {
    for (let tries = 1; ; ) {
      const acquired = semaphore.acquire(isUrgent(record), () => isOurs(record));
      if (!(acquired === true || (await acquired))) return { kind: 'release' };
      started(record);
      let outcome: Outcome;
      try {
        if (!isOurs(record)) return { kind: 'release' };
        if (!lease.holds()) return AT_ONCE;
        outcome = await attempts.run(record, lease);
        // Before the semaphore is released, or the next record would run for nothing.
        if (outcome.kind === 'unavailable') pause.begin(outcome.waitsFor, outcome.why);
      } finally {
        semaphore.release();
      }
      const next = afterAttempt(record, outcome, {
        retries,
        tries,
        quickTries: limits.quickTries,
        backoffMs: outcome.kind === 'failed' ? backoff(limits.quickBackoffMs, tries) : 0,
        isStopping: stopping.signal.aborted,
        now: Date.now(),
      });
      if (next.kind !== 'run') return next;
      if (outcome.kind !== 'failed') continue;
      await sleep(next.afterMs);
      tries += 1;
    }
  }

  function sleep(ms: number): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        stopping.signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      stopping.signal.addEventListener('abort', wake);
    });
  }

  /** While Redis is down, requests for a lease get no answer, so only held leases count. */
  const underWay = (): boolean => (pause.reasons.has('redis') ? leases.size : carried) > 0;

  return {
    offer,
    wake: () => semaphore.wake(),
    async stop(limitMs) {
      stopping.abort();
      semaphore.close();
      const deadline = performance.now() + limitMs;
      const abortAt = deadline - Math.min(limitMs / 4, 5_000);
      while (underWay() && performance.now() < deadline) {
        if (performance.now() > abortAt) attempts.abort(new Error('the service stops'));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      attempts.stop();
      leases.stop();
      eventState.close();
    },
    get running() {
      return semaphore.taken;
    },
    get waiting() {
      return semaphore.waiting;
    },
  };
}
