import { setTimeout as sleep } from 'node:timers/promises';

/** Much longer than any step takes on a slow, busy machine. */
const LIMIT_MS = 90_000;

/** Calls `ask` until its result is neither undefined nor false. @throws after the limit, naming `what` */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  limitMs = LIMIT_MS,
): Promise<Exclude<T, undefined | false>> {
  for (const deadline = Date.now() + limitMs; ; await sleep(20)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (Date.now() > deadline) throw new Error(`Gave up after ${limitMs / 1_000} s of waiting until ${what}`);
  }
}

/** Repeats the check until it passes. @throws its last error after the limit */
export async function eventually(check: () => unknown, limitMs = LIMIT_MS): Promise<void> {
  for (const deadline = Date.now() + limitMs; ; await sleep(20)) {
    try {
      return void (await check());
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
