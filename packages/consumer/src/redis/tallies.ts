import type { Redis } from 'ioredis';
import { stepKeys } from './steps-script.ts';

/** What Redis counts for a service; how it is kept there is told in steps-script.ts. */
export interface Tallies {
  /** Keys whose events wait behind a failed one. */
  readonly heldKeys: number;
  /** Dead letters that nobody has redriven or purged. */
  readonly openLetters: number;
}

/** All instances of a service read the same. */
export async function readTallies(redis: Redis, keyspace: string, doneTtlMs: number): Promise<Tallies> {
  const now = Date.now();
  const keys = stepKeys(keyspace);
  const [heldKeys, openLetters] = await Promise.all([
    redis.zcount(keys.heldLanes, now, '+inf'),
    redis.zcount(keys.openLetters, now - doneTtlMs, '+inf'),
  ]);
  return { heldKeys, openLetters };
}

const READ_EVERY_MS = 2_000;

export interface Followed {
  /** Undefined until Redis has been asked. */
  readonly last: Tallies | undefined;
  stop(): void;
}

/** Reads the tallies now and then; while Redis is away the last ones stand. */
export function followTallies(read: () => Promise<Tallies>): Followed {
  let last: Tallies | undefined;
  let reading = false;
  async function readOnce(): Promise<void> {
    if (reading) return;
    reading = true;
    last = await read().catch(() => last);
    reading = false;
  }
  void readOnce();
  const timer = setInterval(readOnce, READ_EVERY_MS);
  return {
    get last() {
      return last;
    },
    stop: () => clearInterval(timer),
  };
}
