import type { OutsideEffect } from '../run/outside-effect.ts';
import type { ScopedRedis } from './scoped-redis.ts';
import { keyspaceOf, type StateRedis, serviceKeys } from './state-keys.ts';

/** Notes about the latest events for operators, in bounded memory. Lost notes are not repeated: the log has them too. */
export interface LatestNotes<N> {
  add(identity: string, note: N): void;
  flush(): Promise<void>;
  stop(): void;
}

/**
 * A list of batches, the newest first: at most 1,000 batches of 50 notes, some 5 MB. One command carries a batch, so
 * that an event costs no command of its own.
 */
const MOST_BATCHES = 1_000;
const MOST_IN_BATCH = 50;
const FLUSH_MS = 500;

export function createLatestNotes<N>(redis: StateRedis, key: string, doneTtlMs: number): LatestNotes<N> {
  let batch: (readonly [identity: string, note: N])[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushedAt = 0;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (batch.length === 0) return;
    flushedAt = performance.now();
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
    add(identity, note) {
      batch.push([identity, note]);
      // A note after a quiet time is written at once: somebody may be waiting for it.
      if (batch.length >= MOST_IN_BATCH || performance.now() - flushedAt >= FLUSH_MS) write();
      else timer ??= setTimeout(write, FLUSH_MS).unref();
    },
    flush,
    stop: write,
  };
}

/** What a service noted about its latest events, by their identities. */
export interface ServiceNotes {
  readonly effects: ReadonlyMap<string, OutsideEffect>;
  /** Why events that are done had no effect. */
  readonly reasons: ReadonlyMap<string, string>;
}

export async function readServiceNotes({ redis, scope }: ScopedRedis, service: string): Promise<ServiceNotes> {
  const keys = serviceKeys(keyspaceOf(scope, service));
  const [effects, reasons] = await Promise.all([
    readNotes<OutsideEffect>(redis, keys.effects),
    readNotes<string>(redis, keys.reasons),
  ]);
  return { effects, reasons };
}

async function readNotes<N>(redis: StateRedis, key: string): Promise<ReadonlyMap<string, N>> {
  const batches = await redis.lrange(key, 0, -1);
  return new Map(batches.toReversed().flatMap((text) => JSON.parse(text) as [string, N][]));
}
