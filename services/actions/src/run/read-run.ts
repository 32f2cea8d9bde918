import { randomUUID } from 'node:crypto';
import { withinLimit } from '@switchboard/async';
import type { Answer } from './answer.ts';
import { answerOf, UNAVAILABLE } from './answers.ts';
import { untilStep } from './held-answers.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { Outcome } from './outcome.ts';
import type { RunStore } from './run-store.ts';
import type { Asked } from './runner.ts';

export interface RunParts {
  store: RunStore;
  jobs: Jobs;
  onPromised(job: Job): void;
  onBroken(job: Job, error: unknown): void;
}

/** The time that it takes to keep the run and to send the answer, before the caller's time is over. */
const MARGIN_MS = 300;

export const newJob = (asked: Asked, id: string = randomUUID()): Job => ({
  id,
  ...asked,
  deadlineAt: asked.startedAt + asked.action.deadlineMs,
  controller: new AbortController(),
  patient: false,
  followUp: false,
  stored: false,
});

/** The outcome, or undefined if it does not come in time. */
export async function inTime(outcome: Promise<Outcome>, answerBy: number): Promise<Outcome | undefined> {
  const left = answerBy - performance.now();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), Math.max(0, left - Math.min(MARGIN_MS, left / 4)));
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the result is kept. The answer does not wait longer for the database. */
export const keptInTime = (jobs: Jobs, job: Job, outcome: Outcome): Promise<void> =>
  withinLimit(
    MOST_KEEP_MS,
    () => jobs.conclude(job, outcome),
    () => undefined,
  );

const MOST_KEEP_MS = 1_000;

/** Answers what was not found at a time that does not tell why. */
export async function answerAtStep(
  job: Pick<Job, 'id' | 'startedAt'>,
  outcome: Outcome,
  locales: readonly string[],
): Promise<Answer> {
  if (outcome.kind === 'not_found') await untilStep(job.startedAt);
  return answerOf(job.id, outcome, locales);
}

/** A read has a row only if its caller cannot wait for it. */
export function createReadRun(parts: RunParts): (asked: Asked) => Promise<Answer> {
  const { store, jobs, onPromised, onBroken } = parts;

  return async (asked) => {
    const { action, answerBy, locales } = asked;
    if (!jobs.hasRoom(action.name)) return UNAVAILABLE;
    const job = newJob(asked);
    const running = jobs.start(job);
    const outcome = await inTime(running, answerBy).catch(() => undefined);
    if (outcome !== undefined) {
      jobs.end(job);
      // What is answered is audited, also if the process dies now.
      await keptInTime(jobs, job, outcome);
      return answerAtStep(job, outcome, locales);
    }
    job.patient = true;
    job.followUp = true;
    try {
      await store.promise(
        { ...job, action: action.name, version: action.version, deadlineMs: action.deadlineMs },
        performance.now() - job.startedAt,
      );
    } catch (error) {
      onBroken(job, error);
      job.controller.abort(error);
      running.catch(() => {});
      jobs.end(job);
      return UNAVAILABLE;
    }
    job.stored = true;
    onPromised(job);
    running.then(
      (late) => jobs.conclude(job, late),
      () => jobs.end(job),
    );
    return { kind: 'running', runId: job.id };
  };
}
