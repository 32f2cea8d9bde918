import type { Redis } from 'ioredis';
import type { OutsideEffect } from '../run/outside-effect.ts';
import { keyspaceOf, stateKeys } from './event-state-script.ts';
import type { ScopedRedis } from './scoped-redis.ts';

/** Notes the latest outside effects for operators, in bounded memory. Lost notes are not repeated: the log has them too. */
export interface EffectNotes {
  add(identity: string, effect: OutsideEffect): void;
  flush(): Promise<void>;
  stop(): void;
}

export type EffectNote = readonly [identity: string, effect: OutsideEffect];

/**
 * A list of batches, the newest first: at most 1,000 batches of 50 effects, some 5 MB. One command carries a batch, so
 * that an event costs no command of its own.
 */
const MOST_BATCHES = 1_000;
const MOST_IN_BATCH = 50;
const FLUSH_MS = 500;

export function createEffectNotes(redis: Redis, keyspace: string, doneTtlMs: number): EffectNotes {
  const key = stateKeys(keyspace).effects;
  let batch: EffectNote[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    const text = JSON.stringify(batch);
    batch = [];
    const pipeline = redis
      .pipeline()
      .lpush(key, text)
      .ltrim(key, 0, MOST_BATCHES - 1);
    await pipeline.expire(key, Math.ceil(doneTtlMs / 1_000)).exec();
  }
  // While Redis is down, the service is paused.
  const write = (): void => void flush().catch(() => {});

  return {
    add(identity, effect) {
      batch.push([identity, effect]);
      if (batch.length >= MOST_IN_BATCH) write();
      else timer ??= setTimeout(write, FLUSH_MS).unref();
    },
    flush,
    stop: write,
  };
}

/** The latest effects of a service by the identity of their events. */
export async function readEffects(
  { redis, scope }: ScopedRedis,
  service: string,
): Promise<ReadonlyMap<string, OutsideEffect>> {
  const batches = await redis.lrange(stateKeys(keyspaceOf(scope, service)).effects, 0, -1);
  return new Map(batches.toReversed().flatMap((text) => JSON.parse(text) as EffectNote[]));
}
