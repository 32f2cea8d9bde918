import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { PauseDetail, PauseReason } from '../queues/pause.ts';
import { stateKeys } from './event-state-script.ts';

/** Notes of a consumer for operators, in Redis. Nothing else depends on them, and lost notes are not repeated. */
export interface OperatorNotes {
  /** The event is done without an effect, for this reason. */
  skipped(identity: string, reason: string): void;
  /** Called when a pause begins or ends. */
  paused(): void;
  stop(): void;
}

/** A pause of one instance. */
export interface PauseNote extends PauseDetail {
  readonly by: PauseReason;
  /** When the instance wrote the note, in epoch ms. */
  readonly notedAt: number;
}

/** How often the note of a pause is renewed. */
const RENEW_EVERY_MS = 5_000;
/** Readers ignore older notes: an instance that died leaves its last note behind. */
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

  // While Redis is down, operators cannot read these notes anyway.
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
