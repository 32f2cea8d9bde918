import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the difference between a backend that has a record and one that does not. */
const STEP_MS = 100;

/**
 * Waits until a whole number of steps has passed since the start. What is not there and what is not the caller's take
 * the same path; this also hides how long the backend took to say so, and how long the rule took.
 */
export async function untilStep(startedAt: number, stepMs = STEP_MS): Promise<void> {
  const passed = performance.now() - startedAt;
  await sleep(Math.ceil(passed / stepMs) * stepMs - passed);
}
