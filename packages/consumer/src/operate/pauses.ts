import { keyspaceOf, stateKeys } from '../redis/event-state-script.ts';
import { NOTE_STALE_MS, type PauseNote } from '../redis/operator-notes.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';

/** Reads the current pauses of the instances of a service, the longest first. Empty if none is paused. */
export async function readPauses({ redis, scope }: ScopedRedis, service: string): Promise<PauseNote[]> {
  const { pauses } = stateKeys(keyspaceOf(scope, service));
  const notes = Object.values(await redis.hgetall(pauses)).flatMap(readNote);
  const now = Date.now();
  return notes.filter(({ notedAt }) => now - notedAt < NOTE_STALE_MS).sort((one, other) => one.since - other.since);
}

/** Returns no note for a value that is not a note. */
function readNote(text: string): PauseNote[] {
  try {
    const { by, why, since, notedAt } = JSON.parse(text) as PauseNote;
    const isNote = [by, why].every((word) => typeof word === 'string') && [since, notedAt].every(Number.isSafeInteger);
    return isNote ? [{ by, why, since, notedAt }] : [];
  } catch {
    return [];
  }
}
