import { type InstanceNote, NOTE_STALE_MS, type PauseNote, type TargetNote } from '../redis/operator-notes.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { keyspaceOf, serviceKeys } from '../redis/state-keys.ts';

/** Reads the current pauses of the instances of a service, the longest first. Empty if none is paused. */
export async function readPauses(redis: ScopedRedis, service: string): Promise<PauseNote[]> {
  const pauses = (await readNotes(redis, service)).flatMap(({ by, why, since, notedAt }) =>
    typeof by === 'string' && typeof why === 'string' && isTime(since) ? [{ by, why, since, notedAt }] : [],
  );
  return pauses.sort(byAge);
}

/** Reads the outside systems that the instances of a service cannot use now, the longest first; one note an instance. */
export async function readUnavailable(redis: ScopedRedis, service: string): Promise<TargetNote[]> {
  const targets = (await readNotes(redis, service)).flatMap(({ targets, notedAt }) =>
    (Array.isArray(targets) ? (targets as unknown[]) : []).flatMap((one) => readTarget(one, notedAt)),
  );
  return targets.sort(byAge);
}

async function readNotes({ redis, scope }: ScopedRedis, service: string): Promise<InstanceNote[]> {
  const { pauses } = serviceKeys(keyspaceOf(scope, service));
  const now = Date.now();
  const notes = Object.values(await redis.hgetall(pauses)).flatMap(readNote);
  return notes.filter(({ notedAt }) => now - notedAt < NOTE_STALE_MS);
}

const byAge = (one: { readonly since: number }, other: { readonly since: number }): number => one.since - other.since;
const isTime = (value: unknown): value is number => Number.isSafeInteger(value);

/** Returns no note for a value that is not a note. */
function readNote(text: string): InstanceNote[] {
  try {
    const note = JSON.parse(text) as InstanceNote | null;
    return isTime(note?.notedAt) ? [note as InstanceNote] : [];
  } catch {
    return [];
  }
}

function readTarget(value: unknown, notedAt: number): TargetNote[] {
  const { target, why, since, retryAt, isLimit = false, waiting } = (value ?? {}) as Partial<TargetNote>;
  if (typeof target !== 'string' || typeof why !== 'string') return [];
  return isTime(since) && isTime(retryAt) && isTime(waiting)
    ? [{ target, why, since, retryAt, isLimit, waiting, notedAt }]
    : [];
}
