import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '@switchboard/async';
import type { Job } from './job.ts';
import type { Outcome } from './outcome.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Tries a run until it has an outcome that another try would not change. While the caller waits, a read is tried once
 * more if a second try of the same length still fits. A patient run is tried until its deadline.
 */
export async function carryOut(
  job: Job,
  attempt: (signal: AbortSignal) => Promise<Outcome>,
  now: () => number = () => performance.now(),
): Promise<Outcome> {
  const { action, answerBy, deadlineAt, controller } = job;
  const { signal } = controller;
  for (let tries = 1; ; tries += 1) {
    const startedAt = now();
    const outcome = await attempt(signal);
    if (outcome.kind !== 'failed' || !outcome.again) return outcome;
    const pause = Math.max(backoff(FIRST_PAUSE_MS, tries, LONGEST_PAUSE_MS), outcome.retryAfterMs ?? 0);
    const nextEndsAt = now() + pause + (now() - startedAt);
    const isLast = job.patient
      ? now() + pause > deadlineAt
      : tries > 1 || action.effect === 'write' || nextEndsAt > answerBy;
    if (isLast) return outcome;
    await sleep(pause, undefined, { signal });
  }
}
