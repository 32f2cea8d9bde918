import type { Redis } from 'ioredis';
import { stateKeys } from './event-state-script.ts';

/** What Redis counts for a service; how it is kept there is told in steps-script.ts. */
export interface StateGauges {
  /** Keys whose events wait behind a failed one. */
  readonly heldKeys: number;
  /** Dead letters that nobody has redriven or purged. */
  readonly openLetters: number;
}

/** All instances of a service read the same. */
export async function readStateGauges(redis: Redis, keyspace: string, doneTtlMs: number): Promise<StateGauges> {
  const now = Date.now();
  const keys = stateKeys(keyspace);
  const [heldKeys, openLetters] = await Promise.all([
    redis.zcount(keys.heldKeys, now, '+inf'),
    redis.zcount(keys.openLetters, now - doneTtlMs, '+inf'),
  ]);
  return { heldKeys, openLetters };
}

const READ_EVERY_MS = 2_000;

export interface FollowedGauges {
  /** Undefined until Redis has been asked. */
  readonly last: StateGauges | undefined;
  stop(): void;
}

/** Reads the stateGauges now and then; while Redis is away the last ones stand. */
export function followStateGauges(read: () => Promise<StateGauges>): FollowedGauges {
  let last: StateGauges | undefined;
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
