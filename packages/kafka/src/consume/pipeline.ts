import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { backoff } from '@switchboard/async';
import { readTraceparent } from '@switchboard/tracing';
import { withoutPerson } from '../event-attributes.ts';
import type { Outcome } from './attempt.ts';
import { type AttemptParts, createAttempts } from './attempts.ts';
import type { Chain } from './chain.ts';
import { type Claim, createClaims } from './claims.ts';
import type { CauseOfDeath, Forwarder } from './forwarder.ts';
import { createLine } from './line.ts';
import type { Notes } from './notes.ts';
import { createRead } from './readings.ts';
import { type ConsumedRecord, isInChain, nextHop, placeOf } from './record.ts';
import { createSlots } from './slots.ts';
import { StepError } from './step-calls.ts';
import type { Admission, Steps } from './steps.ts';
import { createUnclaimed } from './unclaimed.ts';

/**
 * settled: done, dead or safe in the next topic; left: it belongs to another owner now; again: ask anew, at once;
 * busy, soon: ask anew when another worker may have finished with it, or with the event before it.
 */
type End = 'settled' | 'left' | 'again' | 'busy' | 'soon';

export interface Pipeline {
  /** Takes the head of a lane all the way, as soon as there is room for it, and settles it where it came from. */
  offer(record: ConsumedRecord): void;
  /** Something that holds records back has changed. */
  wake(): void;
  /** Starts nothing new, waits for what runs, then aborts it; returns within the limit. */
  stop(limitMs: number): Promise<void>;
  readonly running: number;
  /** Records that could run if they were let. */
  readonly waiting: number;
}

export interface PipelineParts extends AttemptParts {
  chain: Chain;
  steps: Steps;
  forwarder: Forwarder;
  notes: Pick<Notes, 'skipped'>;
  /** A record could not be carried on; it stays uncommitted. */
  failed(error: Error): void;
}

/** A follower whose head is due already comes back after this, not at once: its head is on its way. */
const FOLLOWER_PAUSE_MS = 1_000;
/** How long an event waits in place for those before it that are due now; then it joins them in the chain. */
const WAIT_IN_PLACE_MS = 5_000;
const FIRST_PAUSE_MS = { busy: 250, soon: 25 };
const LONGEST_PAUSE_MS = { busy: 1_000, soon: 200 };

/**
 * The order of the steps for one record: decode, claim (order hold and dedup in one), slot, handler in bounded time,
 * and then the mark, the next topic of the chain, or the dead-letter topic. Claims are taken ahead of the slots and
 * marks made after them, so that a slot is spent on nothing but the handler.
 */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { chain, steps, forwarder, notes, gate, limits, metrics, logger, failed } = parts;
  const instance = randomBytes(8).toString('hex');
  const claims = createClaims({ steps, leaseMs: limits.leaseMs });
  const ready = createLine<ConsumedRecord>();
  const mostAhead = limits.concurrency + limits.claimAhead;
  const slots = createSlots(limits.concurrency, () => gate.admits());
  const attempts = createAttempts(parts);
  const failUnclaimed = createUnclaimed(parts);
  const read = createRead({ ...parts, slots });
  const urgent = new Set<string>(limits.urgent);
  const stopping = new AbortController();
  // Everything that sleeps listens to it.
  setMaxListeners(0, stopping.signal);
  let tokens = 0;
  /** Records on their way, and those of them that have no slot yet. */
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
    let end: End = 'left';
    try {
      end = await claimAndRun(record);
    } catch (error) {
      failed(new Error(`a record of ${record.from.topic} could not be carried on`, { cause: error }));
    }
    carried -= 1;
    started(record);
    if (end === 'settled') record.from.settle(record);
    else if (end === 'again') offer(record);
    else if (end !== 'left') comeBack(record, end);
  }

  /** It has its slot, or will not need one. */
  function started(record: ConsumedRecord): void {
    if (!record.isAhead) return;
    record.isAhead = false;
    ahead -= 1;
    pump();
  }

  function comeBack(record: ConsumedRecord, end: 'busy' | 'soon'): void {
    const pause = Math.min(FIRST_PAUSE_MS[end] * 2 ** record.waits, LONGEST_PAUSE_MS[end]);
    record.waits += 1;
    setTimeout(() => offer(record), pause);
  }

  async function claimAndRun(record: ConsumedRecord): Promise<End> {
    if (!(await read(record, isUrgent(record), () => isOurs(record)))) return 'left';
    if (isInChain(record) && record.isVerified) await steps.identify(record, placeOf(record));
    tokens += 1;
    const token = `${instance}-${tokens}`;
    const askedAt = performance.now();
    const admission = await steps.admit(record, token).catch((error) => {
      if (error instanceof StepError) return error;
      throw error;
    });
    if (admission instanceof StepError) return failUnclaimed(record, token, admission);
    switch (admission.kind) {
      case 'run':
      case 'held': {
        const claim = claims.open(record, token, admission.kind, askedAt);
        try {
          const end = await run(record, claim);
          if (end === 'again') await steps.release(record, token);
          return end;
        } finally {
          claims.close(claim);
        }
      }
      case 'park':
        return performance.now() - record.offeredAt < WAIT_IN_PLACE_MS && isAbout(record, admission)
          ? 'soon'
          : park(record, admission);
      case 'busy':
        return 'busy';
      default:
        metrics.ended(record, 'duplicate');
        return 'settled';
    }
  }

  async function run(record: ConsumedRecord, claim: Claim): Promise<End> {
    for (let tries = 1; ; tries += 1) {
      const slot = slots.take(isUrgent(record), () => isOurs(record));
      if (!(slot === true || (await slot))) return leave(record, claim);
      started(record);
      let outcome: Outcome;
      try {
        if (!isOurs(record)) return await leave(record, claim);
        if (!claim.holds()) return 'again';
        outcome = await attempts.run(record, claim);
        // Before the slot is given back, or the next record would take it for nothing.
        if (outcome.kind === 'unavailable') gate.close(outcome.closure, outcome.why);
      } finally {
        slots.give();
      }
      // What fails while its signal is aborted and its connections are closed has not failed by itself.
      if (outcome.kind === 'failed' && stopping.signal.aborted) {
        return outcome.settled ? leave(record, claim) : 'left';
      }
      switch (outcome.kind) {
        case 'done':
        case 'skipped':
          return complete(record, claim, outcome);
        case 'permanent':
          return bury(record, claim, outcome.cause);
        case 'unavailable':
          tries -= 1;
          break;
        case 'failed': {
          const pause = backoff(limits.quickBackoffMs, tries);
          if (tries >= limits.quickTries || !outcome.settled || outcome.retryAfterMs > pause * 2) {
            return climb(record, claim, outcome);
          }
          await sleep(Math.max(pause, outcome.retryAfterMs));
        }
      }
    }
  }

  async function complete(record: ConsumedRecord, claim: Claim, outcome: Outcome): Promise<End> {
    if ((await steps.complete(record, claim.token, claim.admittedAs)) === 'refused') return 'again';
    metrics.ended(record, 'done');
    if (outcome.kind === 'skipped') {
      metrics.nothingToDo(record, outcome.reason);
      notes.skipped(record.identity, outcome.reason);
    } else metrics.effect(record);
    return 'settled';
  }

  async function climb(record: ConsumedRecord, claim: Claim, failure: Outcome & { kind: 'failed' }): Promise<End> {
    const round = record.round + 1;
    const tier = chain.tiers[round - 1];
    if (tier === undefined) return bury(record, claim, failure.cause);
    const due = Date.now() + Math.max(tier.delayMs, failure.retryAfterMs);
    const position = { hop: nextHop(record), tier: round, due };
    if ((await steps.fail(record, claim.token, position)) === 'refused') return 'again';
    const refused = await forwarder.retry(record, tier, { round, dueAt: due });
    if (refused !== undefined) return bury(record, claim, refused);
    // A handler that has not settled may still act: its lease must run out before the next try.
    await steps.moved(record, failure.settled ? claim.token : '', position);
    metrics.ended(record, 'retried');
    return 'settled';
  }

  /** Whether the event before it is about to run, from another topic; in its own topic it may come only after it. */
  const isAbout = (record: ConsumedRecord, { tier, due }: Admission & { kind: 'park' }): boolean =>
    due > 0 && due <= Date.now() && chain.tiers[tier - 1]?.topic !== record.from.topic;

  async function park(
    record: ConsumedRecord,
    { tier: number, due: headDue }: Admission & { kind: 'park' },
  ): Promise<End> {
    const tier = chain.tiers[Math.min(number, chain.tiers.length) - 1];
    if (tier === undefined) return 'again';
    const due = headDue === 0 ? Date.now() + tier.delayMs : Math.max(headDue, Date.now() + FOLLOWER_PAUSE_MS);
    const refused = await forwarder.retry(record, tier, { round: record.round, dueAt: due });
    if (refused !== undefined) return bury(record, { token: '' }, refused);
    await steps.moved(record, '', { hop: nextHop(record), tier: number, due });
    metrics.ended(record, 'parked');
    return 'settled';
  }

  async function bury(record: ConsumedRecord, claim: Pick<Claim, 'token'>, cause: CauseOfDeath): Promise<End> {
    await forwarder.bury(record, cause);
    const holdTier = limits.onDeadLetter === 'hold' && record.defect === undefined ? chain.tiers.length : 0;
    if ((await steps.dead(record, claim.token, holdTier)) === 'refused') return 'again';
    const { identity, type, attempts, traceparent } = record;
    const trace_id = readTraceparent(traceparent)?.traceId;
    logger.error({ event: withoutPerson(identity, type), type, ...cause, attempts, trace_id }, 'dead letter');
    metrics.ended(record, 'dead');
    return 'settled';
  }

  async function leave(record: ConsumedRecord, claim: Claim): Promise<End> {
    await steps.release(record, claim.token);
    return 'left';
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

  /** Without Redis a claim that was asked for will not be answered. */
  const underWay = (): boolean => (gate.closedBy.has('redis') ? claims.size : carried) > 0;

  return {
    offer,
    wake: () => slots.wake(),
    async stop(limitMs) {
      stopping.abort();
      slots.close();
      const deadline = performance.now() + limitMs;
      const abortAt = deadline - Math.min(limitMs / 4, 5_000);
      while (underWay() && performance.now() < deadline) {
        if (performance.now() > abortAt) attempts.abort(new Error('the service stops'));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      attempts.stop();
      claims.stop();
      steps.close();
    },
    get running() {
      return slots.taken;
    },
    get waiting() {
      return slots.waiting;
    },
  };
}
