import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Alert } from '@switchboard/alerts';
import { backoff, createFairQueue, createFairSemaphore, createRateLimiter } from '@switchboard/async';
import { type ConsumedRecord, isFromRetryTopic, placeOf } from '../assignment/record.ts';
import { TENANTS_AT_FULL } from '../options.ts';
import type { RecentTenants } from '../queues/recent-tenants.ts';
import { createWaitingRecords } from '../queues/waiting-records.ts';
import type { Admission, EventState } from '../redis/event-state.ts';
import type { LatestNotes } from '../redis/latest-notes.ts';
import { EventStateError } from '../redis/script-call.ts';
import type { Forwarder } from '../retry/forwarder.ts';
import type { RetryTopics } from '../retry/retry-topics.ts';
import type { Outcome } from './attempt.ts';
import { type AttemptParts, createAttempts } from './attempts.ts';
import { createCarryOut, createFailUnleased, type End } from './carry-out.ts';
import type { FairShareContext } from './fair-share.ts';
import { createLeases, type Lease } from './leases.ts';
import { AT_ONCE, afterAdmission, afterAttempt, afterWaiting, type Next } from './next.ts';
import { type ParkingReason, parkingReason } from './parking.ts';
import { createReadValue } from './read-value.ts';
import { createRoom } from './room.ts';

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
  /** Records that wait in memory for an outside system. */
  readonly waitingOutside: number;
  /** Whether no record is on its way through the stages. */
  readonly isIdle: boolean;
}

const STUCK_AFTER_MS = 5_000;
/** Records that move to the waiting topic at a time. */
const MOST_PARKING = 256;
/** A search for events whose system came back unnoticed has time: it must not fill the disk of Kafka. */
const TURNS_A_SECOND: Readonly<Record<ParkingReason, number>> = { park: 5_000, return: 2_000, search: 100, renew: 100 };
/** Much shorter than any retention. */
const RENEW_AFTER_MS = 24 * 3_600_000;

/** Run it, when there is a permit; find out with it whether a system is back; move it to the waiting topic. */
type Purpose = 'run' | 'park' | { readonly probes: string };

/** A handler that did not return in time may have hung before or after it asked the system that it probes. */
const isInconclusive = (outcome: Outcome): boolean =>
  outcome.kind === 'failed' && (!outcome.settled || outcome.cause.code === 'HANDLER_TIMEOUT');

export interface PipelineParts extends AttemptParts {
  retryTopics: RetryTopics;
  eventState: EventState;
  forwarder: Forwarder;
  /** Notes why a done event had no effect. */
  skipNotes: Pick<LatestNotes<string>, 'add'>;
  recentTenants: RecentTenants;
  /** Whether a partition of a source topic is at least half full. */
  needsRoom(): boolean;
  alert(alert: Alert): void;
  /** The pipeline failed for a record, which stays uncommitted. */
  failed(error: Error): void;
}

/**
 * Takes records through their stages: read the value, ask Redis for the lease (order and deduplication in one), wait
 * for the semaphore, run the handler in bounded time, and carry out the decision of next.ts. Leases are taken before
 * the semaphore and marks are made after it, so that the semaphore limits only handlers. Tenants take turns
 * at both.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { retryTopics, eventState, pause, availability, limits, metrics, failed, recentTenants } = parts;
  const { retries } = retryTopics;
  const instance = randomBytes(8).toString('hex');
  const leases = createLeases({ eventState, leaseMs: limits.leaseMs });
  const { concurrency, leaseAhead } = limits;
  const weightOf = (tenant: string): number => limits.tenantWeights.get(tenant) ?? 1;
  const ahead = { perTenant: concurrency + leaseAhead, total: 2 * (concurrency + leaseAhead) };
  /** Its items run from their lease until they have passed the semaphore. */
  const ready = createFairQueue<ConsumedRecord>({ ...ahead, weightOf, urgentAtOnce: true });
  const handlers = { perTenant: concurrency, total: TENANTS_AT_FULL * concurrency, weightOf };
  const semaphore = createFairSemaphore(handlers, () => pause.admits());
  // Probes of systems that hang must not take the permits of others, and run during a pause.
  const probes = createFairSemaphore(handlers, () => !pause.reasons.has('redis'));
  const attempts = createAttempts(parts);
  const carryOut = createCarryOut(parts);
  const failUnleased = createFailUnleased(parts);
  const readValue = createReadValue({ ...parts, semaphore });
  const urgent = new Set<string>(limits.urgent);
  const stopping = new AbortController();
  // Every record that waits between two attempts adds a listener.
  setMaxListeners(0, stopping.signal);
  const turns = createRateLimiter();
  let tokens = 0;
  let parking = 0;
  /** Records in the pipeline. */
  let carried = 0;

  const isOurs = (record: ConsumedRecord): boolean => record.from.active && !stopping.signal.aborted;
  const isUrgent = (record: ConsumedRecord): boolean => urgent.has(record.type);

  function offer(record: ConsumedRecord): void {
    if (record.offeredAt === 0) record.offeredAt = performance.now();
    recentTenants.seen(record.tenant);
    if (room.isNeededOf(record)) room.leave(record);
    else start(record);
  }

  /** Takes the record through the stages, as soon as it is the turn of its tenant. */
  function start(record: ConsumedRecord): void {
    if (ready.admits(record.tenant)) {
      ready.enter(record.tenant);
      record.isAhead = true;
      void carry(record);
    } else {
      ready.join(record.tenant, record, isUrgent(record));
      pump();
    }
  }

  const shares = (): FairShareContext => ({
    isPaused: pause.reasons.size > 0,
    tenants: recentTenants.list(),
    weightOf,
  });

  const room = createRoom({
    ...{ recentTenants, shares, needsRoom: parts.needsRoom, ready, isOurs, start },
    mayMove: () => parking < MOST_PARKING,
    move: park,
    looked: () => semaphore.wake(),
  });

  /** The record has waited long for a permit, and keeps the commit of a full partition back. */
  const isStuck = (record: ConsumedRecord, askedAt: number): boolean =>
    performance.now() - askedAt > STUCK_AFTER_MS && record.from.fullness === 'full' && room.isNeededOf(record);

  function park(record: ConsumedRecord): void {
    if (record.waitsSince === 0) record.waitsSince = Date.now();
    parking += 1;
    void carry(record, 'park').finally(() => {
      parking -= 1;
      room.make();
    });
  }

  const waiting = createWaitingRecords({
    availability,
    isOurs,
    offer,
    probe(record, target) {
      void carry(record, { probes: target }).finally(() => waiting.probed(target));
    },
    shouldPark(record) {
      if (parking >= MOST_PARKING) return false;
      const now = Date.now();
      const reason = parkingReason(record, {
        isPaused: pause.reasons.size > 0,
        waitingTopic: retryTopics.waiting.topic,
        now,
        lastReturnAt: availability.lastReturnAt,
        parkAfterMs: limits.parkAfterMs,
        renewAfterMs: Math.min(limits.doneTtlMs / 4, RENEW_AFTER_MS),
      });
      if (reason === undefined) return false;
      return turns.take(reason, { perSecond: TURNS_A_SECOND[reason], burst: TURNS_A_SECOND[reason] }) === 0;
    },
    park,
  });

  function pump(): void {
    for (let record = ready.next(); record !== undefined; record = ready.next()) {
      if (isOurs(record)) {
        record.isAhead = true;
        void carry(record);
      } else {
        ready.leave(record.tenant);
      }
    }
  }

  function carry(record: ConsumedRecord, purpose: Purpose = 'run'): Promise<void> {
    carried += 1;
    return leaseAndRun(record, purpose).then(
      (end) => ended(record, end),
      (error) => {
        failed(new Error(`the pipeline failed for a record of ${record.from.topic}`, { cause: error }));
        ended(record, { kind: 'leave' });
      },
    );
  }

  function ended(record: ConsumedRecord, end: End): void {
    carried -= 1;
    started(record);
    if (end.kind === 'settle') {
      metrics.ended(record, end.as);
      record.from.settle(record);
    } else if (end.kind === 'admit') {
      comeBack(record, end.afterMs);
    } else if (end.kind === 'wait') {
      waiting.add(record, availability.nameOf(end.target), end.busyMs);
    }
  }

  /** The record has passed the semaphore or does not need to. */
  function started(record: ConsumedRecord): void {
    if (!record.isAhead) return;
    record.isAhead = false;
    ready.leave(record.tenant);
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

  /** The system that the record waited for last is down: it waits again without running. */
  const stillWaits = ({ waitsFor }: ConsumedRecord, probed?: string): (Next & { kind: 'wait' }) | undefined =>
    waitsFor !== undefined && waitsFor !== probed && availability.isDown(waitsFor)
      ? { kind: 'wait', target: waitsFor, busyMs: 0 }
      : undefined;

  async function leaseAndRun(record: ConsumedRecord, purpose: Purpose): Promise<End> {
    const probed = typeof purpose === 'object' ? purpose.probes : undefined;
    const wait = purpose === 'park' ? undefined : stillWaits(record, probed);
    if (wait !== undefined) return wait;
    const isRead = readValue(record, isUrgent(record), () => isOurs(record));
    if (!(isRead === true || (await isRead))) return { kind: 'leave' };
    if (isFromRetryTopic(record) && record.isVerified) await eventState.identify(record, placeOf(record));
    tokens += 1;
    const token = `${instance}-${tokens}`;
    const askedAt = performance.now();
    let admission: Admission;
    try {
      admission = await eventState.admit(record, token);
    } catch (error) {
      if (error instanceof EventStateError) return failUnleased(record, token, error);
      throw error;
    }
    const context = {
      retries,
      waiting: retryTopics.waiting,
      now: Date.now(),
      waitedMs: performance.now() - record.offeredAt,
    };
    const next = afterAdmission(record, admission, context);
    if (next.kind !== 'run') return carryOut(record, next, undefined);
    const lease = leases.open(record, token, admission.kind === 'held' ? 'held' : 'run', askedAt);
    try {
      const decision = purpose === 'park' ? afterWaiting(record, context) : await run(record, lease, probed);
      const end = await carryOut(record, decision, lease);
      if (end.kind === 'admit') await eventState.release(record, token);
      return end;
    } finally {
      leases.close(lease);
    }
  }

  /** Runs the handler until the decision is not to run it again. */
  async function run(record: ConsumedRecord, lease: Lease, probed?: string): Promise<Exclude<Next, { kind: 'run' }>> {
    const permits = probed === undefined ? semaphore : probes;
    for (let tries = 1; ; ) {
      const askedAt = performance.now();
      const isWanted = (): boolean => isOurs(record) && !isStuck(record, askedAt);
      const acquired = permits.acquire(record.tenant, isUrgent(record), isWanted);
      if (!(acquired === true || (await acquired))) {
        return isOurs(record)
          ? afterWaiting(record, { waiting: retryTopics.waiting, now: Date.now() })
          : { kind: 'release' };
      }
      started(record);
      let outcome: Outcome;
      try {
        if (!isOurs(record)) return { kind: 'release' };
        if (!lease.holds()) return AT_ONCE;
        const wait = stillWaits(record, probed);
        if (wait !== undefined) return wait;
        outcome = await attempts.run(record, lease, probed);
        if (outcome.kind !== 'unavailable') {
          record.waitsFor = undefined;
          record.waitsSince = 0;
        }
        // Before the semaphore is released, or the next record would run for nothing.
        learnFrom(outcome, probed);
      } finally {
        permits.release(record.tenant);
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

  function learnFrom(outcome: Outcome, probed: string | undefined): void {
    if (outcome.kind === 'unavailable') {
      if (outcome.waitsFor === 'registry') pause.begin('registry', outcome.why);
      else if (!outcome.isBusy) availability.failed(outcome.target, outcome);
    } else if (probed !== undefined && !isInconclusive(outcome) && !stopping.signal.aborted) {
      availability.end(probed);
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
    wake() {
      waiting.sweep();
      semaphore.wake();
      probes.wake();
    },
    async stop(limitMs) {
      stopping.abort();
      semaphore.close();
      probes.close();
      waiting.stop();
      room.stop();
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
      return semaphore.taken + probes.taken;
    },
    get waiting() {
      return semaphore.waiting;
    },
    get waitingOutside() {
      return waiting.size;
    },
    get isIdle() {
      return carried === 0 && ready.length + room.leaving === 0;
    },
  };
}
