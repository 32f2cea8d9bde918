import type { Redis } from 'ioredis';
import { stateKeys } from './event-state-script.ts';

/** Figures that Redis keeps for a service; event-state-script.ts describes the keys. */
export interface StateGauges {
  /** Keys whose events wait behind a failed one. */
  readonly heldKeys: number;
  /** Dead letters that are neither redriven nor purged. */
  readonly openLetters: number;
}

/** All instances of a service read the same figures. */
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
  /** Undefined until the first answer of Redis. */
  readonly last: StateGauges | undefined;
  stop(): void;
}

/** Reads the state gauges periodically. While Redis is down, the last figures stay. */
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
