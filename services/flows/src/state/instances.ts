import { type Database, StatementError } from '@switchboard/database';
import { createBatcher } from '../batcher.ts';
import type { Flow, Kept, Match } from '../flow/flow.ts';

/** One event for one flow: the versions that it matches, older ones first. */
export interface Filling {
  readonly tenant: string;
  /** The identity of the event. */
  readonly event: string;
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly flow: Flow;
  readonly match: Match;
  /** Whether this version opens instances. Others only finish theirs. */
  readonly opens: boolean;
}

/** An instance that has come to its outcome. */
export interface EndedInstance {
  readonly version: number;
  readonly key: string;
  readonly round: number;
  readonly slots: readonly (Kept | undefined)[];
  /** By the database's clock; the same each time. */
  readonly endedAt: number;
}

/**
 * `completed`: this event completed the set, now or in an earlier run. `other_version`: the set belongs to a version
 * that was not among the candidates. `nothing`: the event waits, or counts for nothing.
 */
export type Filled =
  | ({ readonly kind: 'completed' } & EndedInstance)
  | { readonly kind: 'other_version'; readonly version: number }
  | { readonly kind: 'nothing' };

export interface TimingOut {
  readonly tenant: string;
  readonly flow: string;
  readonly key: string;
  readonly round: number;
}

export interface Instances {
  /** Concurrent calls share a statement. */
  fill(filling: Filling): Promise<Filled>;
  /** Ends the instance if it still waits and its time is over. Again: the same result. Undefined: it ended otherwise. */
  timeOut(timingOut: TimingOut): Promise<EndedInstance | undefined>;
}

/** More than handlers run at a time. */
const MOST = 256;

export function createInstances(database: Database): Instances {
  // A second statement overlaps the first one's way through the network. The embedded database has one thread.
  const batches = {
    ...{ most: MOST, atATime: database.kind === 'postgres' ? 2 : 1 },
    isolates: (error: unknown) => error instanceof StatementError,
  };
  const fills = createBatcher<Filling, Filled>({ ...batches, perform: (fillings) => fill(database, fillings) });
  const timeOuts = createBatcher<TimingOut, EndedInstance | undefined>({
    ...batches,
    perform: (items) => timeOut(database, items),
  });
  return { fill: fills.run, timeOut: timeOuts.run };
}

interface FilledRow {
  readonly item: number;
  readonly outcome: 'completed' | 'other_version';
  readonly version: number;
  readonly key: string;
  readonly round: number;
  readonly slots: StoredSlots;
  readonly ended_at: Date | string;
}

/** By slot number. */
type StoredSlots = Readonly<Record<string, { readonly event: string; readonly kept: Kept }>>;

async function fill(database: Database, fillings: readonly Filling[]): Promise<Filled[]> {
  const rows = fillings.flatMap(({ tenant, event, candidates }, item) =>
    candidates.map(({ flow, match, opens }) => ({
      ...{ item, tenant, event, opens },
      flow: flow.name,
      version: flow.version,
      key: match.key,
      slot: String(match.slot),
      kept: match.kept,
      needed: flow.kind === 'all' ? flow.slots.length : 1,
      within_ms: flow.withinMs ?? null,
      once: typeof flow.once === 'object' ? 'every' : flow.once,
      every_ms: typeof flow.once === 'object' ? flow.once.everyMs : null,
    })),
  );
  const results: Filled[] = fillings.map(() => ({ kind: 'nothing' }));
  const returned = await database.query<FilledRow>(
    'SELECT item, outcome, version, key, round, slots, ended_at FROM flows.fill($1::jsonb)',
    [storable(rows)],
  );
  for (const { item, outcome, version, ...row } of returned) {
    results[item] =
      outcome === 'other_version' ? { kind: outcome, version } : { kind: outcome, version, ...endedOf(row) };
  }
  return results;
}

async function timeOut(database: Database, items: readonly TimingOut[]): Promise<(EndedInstance | undefined)[]> {
  const ids = items.map(({ tenant, flow, key, round }) => JSON.stringify([tenant, flow, key, round]));
  const rows = items.map(({ tenant, flow, key, round }, item) => ({ item, tenant, flow, key, round }));
  const returned = await database.query<FilledRow>(
    'SELECT item, version, slots, ended_at FROM flows.time_out($1::jsonb)',
    [storable(rows)],
  );
  // An update returns an instance once, even if several items name it.
  const ended = new Map(returned.map(({ item, ...row }) => [ids[item], row]));
  return items.map(({ key, round }, item) => {
    const row = ended.get(ids[item]);
    return row && { version: row.version, ...endedOf({ ...row, key, round }) };
  });
}

const endedOf = ({ key, round, slots, ended_at }: Omit<FilledRow, 'item' | 'outcome' | 'version'>) => ({
  key,
  round,
  slots: slotsOf(slots),
  endedAt: new Date(ended_at).getTime(),
});

/** As JSON. Postgres cannot store the character zero, or half of a surrogate pair. */
function storable(rows: readonly object[]): string {
  const json = JSON.stringify(rows);
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json;
  return JSON.stringify(rows, (_, value) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value,
  );
}

function slotsOf(stored: StoredSlots): (Kept | undefined)[] {
  const slots: (Kept | undefined)[] = [];
  for (const [slot, { kept }] of Object.entries(stored)) slots[Number(slot)] = kept;
  return slots;
}
