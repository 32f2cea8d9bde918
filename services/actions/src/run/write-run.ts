import { randomBytes } from 'node:crypto';
import { pickText } from '../registry/texts.ts';
import { type Answer, refused } from './answer.ts';
import { answerOf, NO_ANSWER, UNAVAILABLE } from './answers.ts';
import { sha256 } from './input-hash.ts';
import type { Job } from './job.ts';
import type { Perform } from './perform.ts';
import { answerAtStep, inTime, keptInTime, newJob, type RunParts } from './read-run.ts';
import type { NewRun, StoredRun } from './run-store.ts';
import type { Asked, RunOptions } from './runner.ts';

export interface WriteParts extends RunParts {
  perform: Pick<Perform, 'prepare'>;
}

const REPLAYABLE = refused(
  'FORBIDDEN',
  'The signature has no time, so a copy of the request would change something again. Sign the time (timestampHeader).',
);

/** As long as a person may think about it. */
const CONFIRMABLE_MS = 600_000;

type Write = (asked: Asked, options: Pick<RunOptions, 'confirm' | 'idempotencyKey'>) => Promise<Answer>;

/** A write has a row before its backend is called, so that a crash repeats it with the same idempotency key. */
export function createWriteRun(parts: WriteParts): Write {
  const { store, jobs, perform, onPromised, onBroken } = parts;

  const rowOf = (job: Job): NewRun => ({
    ...job,
    action: job.action.name,
    version: job.action.version,
    deadlineMs: job.action.deadlineMs,
  });

  /** The summary for the person, and a token that starts this run of this caller with this input, once. */
  async function ask(asked: Asked): Promise<Answer> {
    const { action, input, locales, answerBy } = asked;
    const job = newJob(asked);
    const { signal } = job.controller;
    const timer = setTimeout(() => job.controller.abort(new Error('no answer in time')), answerBy - performance.now());
    const prepared = await perform
      .prepare({ ...asked, idempotencyKey: job.id, signal })
      .catch(() => undefined)
      .finally(() => clearTimeout(timer));
    if (prepared === undefined) return NO_ANSWER;
    if (prepared.kind !== 'ready') return answerAtStep(job, prepared, locales);
    const { current = {} } = prepared;
    const reveal = action.lookup?.reveal ?? [];
    const shown = Object.fromEntries(Object.entries(current).filter(([name]) => reveal.includes(name)));
    const summary = pickText(action.confirm?.({ input, current: shown }) ?? {}, locales);
    if (summary === undefined) return NO_ANSWER;
    const confirm = randomBytes(24).toString('base64url');
    await store.ask(rowOf(job), sha256(confirm), CONFIRMABLE_MS);
    return {
      kind: 'unconfirmed',
      runId: job.id,
      summary,
      confirm,
      expiresAt: new Date(Date.now() + CONFIRMABLE_MS).toISOString(),
    };
  }

  /** An earlier run of the same token or key: its result, as far as it is known. */
  async function repeat(run: StoredRun, { inputHash, locales }: Asked): Promise<Answer> {
    if (run.inputHash !== inputHash) {
      return refused('IDEMPOTENCY_MISMATCH', 'The idempotency key was used with another input. Use a new key.');
    }
    return run.outcome === undefined ? { kind: 'running', runId: run.id } : answerOf(run.id, run.outcome, locales);
  }

  async function runStored(job: Job, { answerBy, locales }: Asked): Promise<Answer> {
    job.stored = true;
    const running = jobs.start(job);
    const outcome = await inTime(running, answerBy).catch(() => undefined);
    if (outcome !== undefined) {
      // The answer must not come before a repeat can see it.
      await keptInTime(jobs, job, outcome);
      return answerAtStep(job, outcome, locales);
    }
    job.patient = true;
    job.followUp = true;
    // Without the row's word, the message follows unless this process dies.
    await store.follow(job.id).catch((error) => onBroken(job, error));
    onPromised(job);
    running.then(
      (late) => jobs.conclude(job, late),
      () => jobs.end(job),
    );
    return { kind: 'running', runId: job.id };
  }

  return async (asked, { confirm, idempotencyKey }) => {
    const { action, caller, inputHash } = asked;
    if (!jobs.hasRoom(action.name)) return UNAVAILABLE;
    if (action.confirm === undefined) {
      if (caller.isReplayable === true) return REPLAYABLE;
      const job = newJob(asked);
      const earlier = await store.begin(rowOf(job), idempotencyKey);
      return earlier === undefined ? runStored(job, asked) : repeat(earlier, asked);
    }
    if (confirm === undefined) return ask(asked);
    const wanted = {
      ...asked,
      action: action.name,
      version: action.version,
      deadlineMs: action.deadlineMs,
      caller,
      inputHash,
    };
    const confirmed = await store.confirm(wanted, sha256(confirm));
    // A token that is wrong, expired, or of another caller or input: the person is asked again.
    if (confirmed === undefined) return ask(asked);
    return confirmed.started ? runStored(newJob(asked, confirmed.run.id), asked) : repeat(confirmed.run, asked);
  };
}
