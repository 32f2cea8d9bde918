import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { PauseDetail, PauseReason } from '../queues/pause.ts';
import { stateKeys } from './event-state-script.ts';

/** What a consumer tells operators, through Redis; nothing depends on it, and a note that is lost is not repeated. */
export interface OperatorNotes {
  /** The event is done, but had no effect, for this reason. */
  skipped(identity: string, reason: string): void;
  /** Called when a pause begins or ends. */
  paused(): void;
  stop(): void;
}

/** A pause as an instance noted it. */
export interface PauseNote extends PauseDetail {
  readonly by: PauseReason;
  /** When the instance wrote this, in epoch ms. */
  readonly notedAt: number;
}

/** While a pause lasts, its note is renewed. */
const RENEW_EVERY_MS = 5_000;
/** An instance that died leaves its last note behind. */
export const NOTE_STALE_MS = 20_000;

export function createOperatorNotes(options: {
  redis: Redis;
  keyspace: string;
  doneTtlMs: number;
  pauses(): ReadonlyMap<PauseReason, PauseDetail>;
}): OperatorNotes {
  const { redis, keyspace, doneTtlMs, pauses } = options;
  const keys = stateKeys(keyspace);
  const instance = randomBytes(8).toString('hex');
  let isNoted = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    const [first] = pauses();
    if (first === undefined) {
      clearInterval(timer);
      timer = undefined;
      if (isNoted) await redis.hdel(keys.pauses, instance);
      isNoted = false;
      return;
    }
    if (isStopped) return;
    timer ??= setInterval(renew, RENEW_EVERY_MS).unref();
    const [by, pause] = first;
    const note: PauseNote = { ...pause, by, notedAt: Date.now() };
    isNoted = true;
    await redis.hset(keys.pauses, instance, JSON.stringify(note));
    await redis.pexpire(keys.pauses, NOTE_STALE_MS);
  }

  // While Redis is away, so are the readers of these notes.
  const renew = (): void => void write().catch(() => {});

  return {
    skipped(identity, reason) {
      redis.set(keys.skipped(identity), reason, 'EX', Math.ceil(doneTtlMs / 1_000)).catch(() => {});
    },
    paused: renew,
    stop() {
      isStopped = true;
      clearInterval(timer);
      if (isNoted) redis.hdel(keys.pauses, instance).catch(() => {});
    },
  };
}
