import { type EventType, isEventType } from '@switchboard/events';
import { kindsIn, type ValueKind } from './value-kind.ts';

export type { ValueKind } from './value-kind.ts';

/**
 * What instances keep in Redis: a set of the sources, and for each source a hash. Its fields:
 * - `u <type> <path>`: `<events> <first> <last> <kinds> <longest text>` of a path that no mapping takes
 * - `m <type> <field>`: `<since> <last>` of a field that is missing
 * - `e <type> <field>`: `<last>` of a field that always comes
 * - `root`: where the unmapped fields stand, `body` or `data`
 */
export const driftKeys = {
  index: (scope: string): string => `ingest:drift:${scope}`,
  of: (scope: string, source: string): string => `ingest:drift:${scope}:${source}`,
};

/** A path that does not come for so long is forgotten. */
export const KEEP_MS = 7 * 86_400_000;

export interface UnmappedPath {
  readonly type: EventType;
  readonly path: string;
  readonly events: number;
  readonly kinds: readonly ValueKind[];
  /** The length of the longest text, rounded up. */
  readonly longest: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface MissingRecord {
  readonly type: EventType;
  readonly field: string;
  readonly since: number;
  /** When an instance last said so. */
  readonly lastAt: number;
}

export interface DriftRecord {
  readonly source: string;
  readonly root: 'body' | 'data';
  readonly unmapped: readonly UnmappedPath[];
  readonly missing: readonly MissingRecord[];
  readonly established: readonly { readonly type: EventType; readonly field: string; readonly lastAt: number }[];
}

/** Redis is not trusted: what does not read as one of ours is left out. */
export function readRecord(source: string, hash: Readonly<Record<string, string>>): DriftRecord {
  const unmapped: UnmappedPath[] = [];
  const missing: MissingRecord[] = [];
  const established: { type: EventType; field: string; lastAt: number }[] = [];
  for (const [name, value] of Object.entries(hash)) {
    const [, mark, type = '', path = ''] = /^([ume]) ([a-z.]{1,64}) (\S{1,250})$/.exec(name) ?? [];
    if (mark === undefined || !isEventType(type) || !/^\d{1,16}(?: \d{1,16}){0,4}$/.test(value)) continue;
    const numbers = value.split(' ').map(Number);
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = numbers;
    if (mark === 'u' && numbers.length === 5) {
      const times = { firstAt: second, lastAt: third };
      unmapped.push({ type, path, events: first, ...times, kinds: kindsIn(fourth), longest: fifth });
    } else if (mark === 'm' && numbers.length === 2) missing.push({ type, field: path, since: first, lastAt: second });
    else if (mark === 'e' && numbers.length === 1) established.push({ type, field: path, lastAt: first });
  }
  return { source, root: hash.root === 'body' ? 'body' : 'data', unmapped, missing, established };
}

/** The commands of Redis that are needed to read. */
export interface DriftReader {
  smembers(key: string): Promise<string[]>;
  hgetall(key: string): Promise<Record<string, string>>;
}

/** What all instances have found. */
export async function readDrift(redis: DriftReader, scope: string): Promise<DriftRecord[]> {
  const sources = (await redis.smembers(driftKeys.index(scope))).toSorted();
  return Promise.all(
    sources.map(async (source) => readRecord(source, await redis.hgetall(driftKeys.of(scope, source)))),
  );
}
