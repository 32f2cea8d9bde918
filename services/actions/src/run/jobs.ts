import { setTimeout as sleep } from 'node:timers/promises';
import { backoff, withinLimit } from '@switchboard/async';
import type { Logger } from '@switchboard/service';
import type { Action } from '../registry/action.ts';
import { FAILED } from '../registry/default-texts.ts';
import type { Ended, Job } from './job.ts';
import type { Outcome } from './outcome.ts';
import type { RunStore, StoredRun } from './run-store.ts';

/** The runs of this process: it keeps their leases, concludes them, and takes over those of instances that are gone. */
export interface Jobs {
  /** False if there is no room for another run of the action. */
  hasRoom(action: string): boolean;
  get(id: string): Job | undefined;
  /** Adds a run and carries it out. */
  start(job: Job): Promise<Outcome>;
  /** Forgets a run whose caller has its answer. */
  end(job: Job): void;
  /**
   * Keeps the result, sends what must be sent, and closes the run; tries until it succeeds. Resolves when the result is
   * kept. A run without a row is audited first, or gets a row if Kafka takes too long: from then on, a crash loses
   * neither.
   */
  conclude(job: Job, outcome: Outcome): Promise<void>;
  /** Those whose callers wait, or those in the background. */
  count(state: 'waiting' | 'background'): number;
  /** Waits for the runs, at most so long, and leaves the others to other instances. */
  stop(limitMs: number): Promise<void>;
}

export interface JobsOptions {
  store: RunStore;
  actions(): ReadonlyMap<string, Action>;
  carryOut(job: Job): Promise<Outcome>;
  /** Publishes the message, if one follows, and the audit. Repeats have the same ids. */
  tell(ended: Ended, followUp: boolean): Promise<void>;
  onTakenOver(run: StoredRun): void;
  onEnded(ended: Ended): void;
  /** The audit of a run without a row was given up: Kafka was away for too long. */
  onUntold(): void;
  logger: Logger;
  leaseMs: number;
  pollMs?: number;
  expireMs?: number;
}

/** Of one action, so that a slow one leaves room for others. A waiting run takes a few kilobytes. */
const MOST_OF_ACTION = 1_500;
const MOST = 10_000;
const MOST_TAKEN = 50;
const QUIET_MS = 10_000;
/** How long an answer waits for its audit: many times what Kafka needs, and less than a person notices. */
const TELL_MS = 250;
/** Runs whose audit waits for Kafka. */
const MOST_UNTOLD = 10_000;

export function createJobs(options: JobsOptions): Jobs {
  const {
    store,
    actions,
    tell,
    onTakenOver,
    onEnded,
    onUntold,
    logger,
    leaseMs,
    pollMs = 1_000,
    expireMs = 60_000,
  } = options;
  const jobs = new Map<string, Job>();
  const concluding = new Set<Promise<void>>();
  const counts = new Map<string, number>();
  const stopping = new AbortController();
  let quietUntil = 0;

  function add(job: Job): void {
    jobs.set(job.id, job);
    counts.set(job.action.name, (counts.get(job.action.name) ?? 0) + 1);
  }

  function end(job: Job): void {
    if (!jobs.delete(job.id)) return;
    const left = (counts.get(job.action.name) ?? 1) - 1;
    if (left === 0) counts.delete(job.action.name);
    else counts.set(job.action.name, left);
  }

  function start(job: Job): Promise<Outcome> {
    add(job);
    return options.carryOut(job);
  }

  /** Tries until it succeeds; the lease of the run is kept meanwhile. */
  async function persist(what: string, id: string, work: () => Promise<boolean>): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        // An outage delays every run: one line says enough.
        if (performance.now() > quietUntil) {
          quietUntil = performance.now() + QUIET_MS;
          logger.warn({ err: error, run: id, what, waiting: concluding.size }, 'runs cannot be concluded yet');
        }
        await sleep(backoff(250, tries, 10_000), undefined, { signal: stopping.signal });
      }
    }
  }

  const isToldSoon = (job: Job, ended: Ended): Promise<boolean> =>
    withinLimit(
      Math.min(TELL_MS, Math.max(1, job.answerBy - performance.now())),
      async () => {
        await tell(ended, false);
        return true;
      },
      () => false,
    ).catch(() => false);

  /** Whether another instance could publish the audit now. */
  async function isKept(job: Job, { ms, outcome }: Ended): Promise<boolean> {
    const { name, version, deadlineMs } = job.action;
    try {
      await store.keepEnded({ ...job, action: name, version, deadlineMs }, ms, outcome);
      return true;
    } catch (error) {
      logger.warn({ err: error, run: job.id }, 'the audit of a run waits in memory: the database is unavailable too');
      return false;
    }
  }

  async function concludeOnce(job: Job, ended: Ended, kept: () => void): Promise<void> {
    const { id, outcome } = ended;
    const { followUp } = job;
    if (!job.stored) {
      if (await isToldSoon(job, ended)) return;
      job.stored = await isKept(job, ended);
    } else if (!(await persist('result', id, () => store.finish(id, outcome, followUp)))) return;
    kept();
    if (job.stored) await sendAndClose(ended, followUp);
    else await send(ended, followUp);
  }

  const send = (ended: Ended, followUp: boolean): Promise<boolean> =>
    persist('messages', ended.id, async () => {
      await tell(ended, followUp);
      return true;
    });

  async function sendAndClose(ended: Ended, followUp: boolean): Promise<void> {
    await send(ended, followUp);
    await persist('close', ended.id, async () => {
      await store.close(ended.id);
      return true;
    });
  }

  function conclude(job: Job, outcome: Outcome): Promise<void> {
    const kept = Promise.withResolvers<void>();
    const { id, caller, inputHash, conversationId, startedAt } = job;
    const ms = Math.max(0, Math.round(performance.now() - startedAt));
    const ended: Ended = { id, caller, inputHash, conversationId, action: job.action.name, outcome, ms };
    onEnded(ended);
    if (!job.stored && concluding.size >= MOST_UNTOLD) {
      onUntold();
      return Promise.resolve();
    }
    const work = concludeOnce(job, ended, kept.resolve)
      .catch((error) => {
        if (job.stored) logger.warn({ err: error, run: job.id }, 'a run is left to another instance');
        else onUntold();
      })
      .finally(() => {
        end(job);
        concluding.delete(work);
        kept.resolve();
      });
    concluding.add(work);
    return kept.promise;
  }

  function resume(run: StoredRun): void {
    onTakenOver(run);
    const action = actions().get(run.action);
    const startedAt = performance.now() - run.ms;
    const { id, caller, inputHash, conversationId } = run;
    if (run.state === 'done' || action === undefined) {
      const outcome: Outcome = run.outcome ?? { kind: 'failed', reason: 'no_action', texts: FAILED, again: false };
      const ended: Ended = {
        id,
        caller,
        inputHash,
        conversationId,
        action: run.action,
        outcome,
        ms: Math.round(run.ms),
      };
      const isNew = run.state !== 'done';
      // Tried until it succeeds: its lease is renewed with those of other runs, so that nobody else would take it over.
      const work = (async () => {
        if (isNew && !(await persist('result', id, () => store.finish(id, outcome, run.followUp)))) return;
        if (isNew) onEnded(ended);
        await sendAndClose(ended, run.followUp);
      })()
        .catch((error) => logger.warn({ err: error, run: id }, 'a run that was taken over is left to another instance'))
        .finally(() => concluding.delete(work));
      concluding.add(work);
      return;
    }
    const job: Job = {
      ...{ id, action, caller, inputHash, conversationId, startedAt },
      input: run.input ?? {},
      answerBy: startedAt,
      deadlineAt: performance.now() + run.leftMs,
      controller: new AbortController(),
      patient: true,
      followUp: run.followUp,
      stored: true,
    };
    start(job).then(
      (outcome) => conclude(job, outcome),
      () => end(job),
    );
  }

  /** A run whose lease another instance has taken is that one's. */
  async function renew(): Promise<void> {
    const held = [...jobs.values()].filter(({ stored }) => stored);
    if (held.length === 0) return;
    const ours = await store.renew();
    for (const job of held) {
      if (ours.has(job.id) || !jobs.has(job.id)) continue;
      job.controller.abort(new Error('another instance has the run'));
      end(job);
    }
  }

  let polling: Promise<void> = Promise.resolve();
  function repeat(everyMs: number, what: string, work: () => Promise<void>): NodeJS.Timeout {
    let isRunning = false;
    return setInterval(() => {
      if (isRunning) return;
      isRunning = true;
      const run = work()
        .catch((error) => logger.warn({ err: error, what }, 'the database did not answer about the runs'))
        .finally(() => {
          isRunning = false;
        });
      polling = Promise.all([polling, run]).then(() => {});
    }, everyMs).unref();
  }
  const timers = [
    repeat(leaseMs / 3, 'leases', renew),
    repeat(pollMs, 'take-over', async () => {
      const room = MOST - jobs.size;
      if (room > 0) for (const run of await store.takeOver(Math.min(room, MOST_TAKEN))) resume(run);
    }),
    repeat(expireMs, 'expiry', store.expire),
  ];

  return {
    hasRoom: (action) => jobs.size < MOST && (counts.get(action) ?? 0) < MOST_OF_ACTION && !stopping.signal.aborted,
    get: (id) => jobs.get(id),
    start,
    end,
    conclude,
    count: (state) => [...jobs.values()].filter(({ patient }) => patient === (state === 'background')).length,
    async stop(limitMs) {
      for (const timer of timers) clearInterval(timer);
      const deadline = performance.now() + limitMs;
      while (jobs.size > 0 && performance.now() < deadline) await sleep(20);
      stopping.abort(new Error('the service stops'));
      for (const job of jobs.values()) job.controller.abort(stopping.signal.reason);
      await Promise.allSettled([...concluding, polling]);
      await store.release();
    },
  };
}
