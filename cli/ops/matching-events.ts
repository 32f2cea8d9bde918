import { findEvents, type KafkaConnection, type StoredRecord } from '@switchboard/kafka';
import { isKey } from './letter-selection.ts';

/**
 * found: these are what was asked for, in the order of their acceptance; several: more than one event id begins so,
 * one record each; none: nothing, while `others` records match the other kind of look-up.
 */
export type Matches =
  | { readonly kind: 'found' | 'several'; readonly records: readonly StoredRecord[] }
  | { readonly kind: 'none'; readonly others: number };

interface Time {
  readonly topics: readonly string[];
  readonly since: number;
  readonly until: number | undefined;
}

/** Shorter beginnings of ids match by chance. */
const SHORTEST_BEGINNING = 4;
const MOST_BEGINNINGS = 20;

/** Reads all events of that time once. The beginning of an event id will do, as Git takes that of a commit. */
export async function findMatches(
  connection: KafkaConnection,
  kind: 'event' | 'conversation',
  wanted: string,
  { topics, since, until }: Time,
): Promise<Matches> {
  const beginnings = new Map<string, StoredRecord[]>();
  let others = 0;

  function matches(record: StoredRecord): boolean {
    const { headers, key } = record;
    const id = headers.ce_id ?? '';
    const [isEvent, isConversation] = [id === wanted, key !== null && isKey(String(key), wanted)];
    if (kind === 'conversation' ? isEvent : isConversation) others += 1;
    if (kind === 'conversation') return isConversation;
    if (!isEvent && wanted.length >= SHORTEST_BEGINNING && id.startsWith(wanted)) {
      const known = beginnings.get(id);
      if (known !== undefined) known.push(record);
      else if (beginnings.size < MOST_BEGINNINGS) beginnings.set(id, [record]);
    }
    return isEvent;
  }

  const records = await findEvents(connection, { topics, since, until, matches });
  if (records.length > 0) return { kind: 'found', records };
  const [only, ...more] = beginnings.values();
  if (only === undefined) return { kind: 'none', others };
  if (more.length === 0) return { kind: 'found', records: only };
  return { kind: 'several', records: [only, ...more].flatMap(([record]) => record ?? []) };
}
