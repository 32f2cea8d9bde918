import { setTimeout as sleep } from 'node:timers/promises';

/** Much longer than any step takes on a slow, busy machine. */
const LIMIT_MS = 300_000;

const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
/** Questions take at most a quarter of the time: what reads a topic or all effects must not slow what it waits for. */
const PAUSE_PER_QUESTION = 3;

/** Resolves when the next question may follow one that began at `askedAt`. */
const pause = (askedAt: number): Promise<void> =>
  sleep(Math.min(Math.max((performance.now() - askedAt) * PAUSE_PER_QUESTION, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS));

/** Calls `ask` until its result is neither undefined nor false. @throws after the limit, naming `what` */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitMs = LIMIT_MS,
): Promise<Exclude<T, undefined | false>> {
  let askedAt = 0;
  for (const deadline = Date.now() + limitMs; ; await pause(askedAt)) {
    askedAt = performance.now();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (Date.now() > deadline) throw new Error(`Gave up after ${limitMs / 1_000} s of waiting until ${what}`);
  }
}

/** Repeats the check until it passes, and returns what it did. @throws its last error after the limit */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = LIMIT_MS): Promise<T> {
  let checkedAt = 0;
  for (const deadline = Date.now() + limitMs; ; await pause(checkedAt)) {
    checkedAt = performance.now();
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
