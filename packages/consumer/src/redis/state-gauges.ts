import { everyBucket, type StateRedis } from './state-keys.ts';

/** Figures that Redis keeps for a service; event-state-script.ts describes the keys. */
export interface StateGauges {
  /** Keys whose events wait behind a failed one. */
  readonly heldKeys: number;
  /** Dead letters that are neither redriven nor purged. */
  readonly openLetters: number;
}

/** All instances of a service read the same figures. The commands for all buckets are sent at once. */
export async function readStateGauges(redis: StateRedis, keyspace: string, doneTtlMs: number): Promise<StateGauges> {
  const now = Date.now();
  const buckets = everyBucket(keyspace, redis);
  const [held, letters] = await Promise.all([
    Promise.all(buckets.map(({ heldKeys }) => redis.zcount(heldKeys, now, '+inf'))),
    Promise.all(buckets.map(({ openLetters }) => redis.zcount(openLetters, now - doneTtlMs, '+inf'))),
  ]);
  return { heldKeys: sum(held), openLetters: sum(letters) };
}

const sum = (figures: readonly number[]): number => figures.reduce((total, one) => total + one, 0);

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
