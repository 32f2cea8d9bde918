import { randomBytes } from 'node:crypto';
import type { TargetDetail } from '../queues/availability.ts';
import type { PauseDetail, PauseReason } from '../queues/pause.ts';
import { type StateRedis, serviceKeys } from './state-keys.ts';

/** Notes of a consumer for operators, in Redis. Nothing else depends on them, and lost notes are not repeated. */
export interface OperatorNotes {
  /** Called when a pause begins or ends, and when an outside system becomes unavailable or comes back. */
  paused(): void;
  stop(): void;
}

/** A pause of one instance. */
export interface PauseNote extends PauseDetail {
  readonly by: PauseReason;
  /** When the instance wrote the note, in epoch ms. */
  readonly notedAt: number;
}

/** An outside system that one instance cannot use. */
export interface TargetNote extends TargetDetail {
  readonly target: string;
  /** When the instance wrote the note, in epoch ms. */
  readonly notedAt: number;
}

/** What an instance writes: its pause, if it is paused, and the outside systems that have been unavailable longest. */
export type InstanceNote = Partial<PauseNote> & {
  readonly notedAt: number;
  readonly targets: readonly Omit<TargetNote, 'notedAt'>[];
};

const MOST_TARGETS = 200;
const CHANGES_APART_MS = 200;

/** How often the note of a pause is renewed. */
const RENEW_EVERY_MS = 5_000;
/** Readers ignore older notes: an instance that died leaves its last note behind. */
export const NOTE_STALE_MS = 20_000;

export function createOperatorNotes(options: {
  redis: StateRedis;
  keyspace: string;
  pauses(): ReadonlyMap<PauseReason, PauseDetail>;
  targets(): ReadonlyMap<string, TargetDetail>;
}): OperatorNotes {
  const { redis, keyspace, pauses, targets } = options;
  const keys = serviceKeys(keyspace);
  const instance = randomBytes(8).toString('hex');
  let isNoted = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let changed: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    const [first] = pauses();
    const unavailable = targets();
    if (first === undefined && unavailable.size === 0) {
      clearInterval(timer);
      timer = undefined;
      if (isNoted) await redis.hdel(keys.pauses, instance);
      isNoted = false;
      return;
    }
    if (isStopped) return;
    timer ??= setInterval(renew, RENEW_EVERY_MS).unref();
    const note: InstanceNote = {
      ...(first === undefined ? {} : { ...first[1], by: first[0] }),
      notedAt: Date.now(),
      targets: [...unavailable].slice(0, MOST_TARGETS).map(([target, detail]) => ({ target, ...detail })),
    };
    isNoted = true;
    await redis.hset(keys.pauses, instance, JSON.stringify(note));
    await redis.pexpire(keys.pauses, NOTE_STALE_MS);
  }

  /** Many outside systems may change at the same time. */
  function soon(): void {
    changed ??= setTimeout(() => {
      changed = undefined;
      renew();
    }, CHANGES_APART_MS).unref();
  }

  // While Redis is down, operators cannot read these notes anyway.
  const renew = (): void => void write().catch(() => {});

  return {
    paused: soon,
    stop() {
      isStopped = true;
      clearTimeout(changed);
      clearInterval(timer);
      if (isNoted) redis.hdel(keys.pauses, instance).catch(() => {});
    },
  };
}
