import { createHash } from 'node:crypto';
import { placeName, readLedger } from '@switchboard/consumer/operate';
import { QUARANTINE_TOPIC, SKIPPED_TOPIC } from '@switchboard/deploy/services';
import { epochMs, type KafkaConnection, KafkaError, readTopics, type StoredRecord } from '@switchboard/kafka';
import type { Arguments, OptionName } from './arguments.ts';
import { OpsError } from './ops-error.ts';

/** A signed body that ingest had to refuse; one that was sent several times is one. */
export interface QuarantinedBody {
  /** The place of the newest: `<partition>-<offset>`. */
  readonly id: string;
  readonly state: 'open' | 'resubmitted';
  readonly places: readonly string[];
  readonly source: string;
  readonly tenant: string;
  readonly reason: string;
  readonly problems: readonly string[];
  readonly contentType: string;
  /** The place that it had in a larger body. */
  readonly itemIndex: number | undefined;
  /** The headers that its mapping reads. */
  readonly sentHeaders: Readonly<Record<string, string>>;
  /** What its signature said; a new one says the same. */
  readonly claims: { readonly tenant?: string; readonly id?: string };
  readonly receivedAt: number;
  readonly body: Buffer;
}

export const BODY_FILTERS: readonly OptionName[] = ['source', 'reason', 'since', 'until'];

/** As many as ingest writes. */
const MOST_PROBLEMS = 50;

/** A topic with bodies, and what its commands call it. */
export interface Shelf {
  readonly topic: string;
  readonly command: 'quarantine' | 'skipped';
  readonly title: string;
}

export const QUARANTINE: Shelf = { topic: QUARANTINE_TOPIC, command: 'quarantine', title: 'Quarantine' };
export const SKIPPED: Shelf = { topic: SKIPPED_TOPIC, command: 'skipped', title: 'The topic of skipped types' };

/** What it holds, in the order of arrival. */
export async function readBodies(connection: KafkaConnection, { topic }: Shelf): Promise<QuarantinedBody[]> {
  const ledger = await readLedger(connection, topic);
  const bodies = new Map<string, Omit<QuarantinedBody, 'places'> & { places: string[] }>();
  try {
    await readTopics(connection, [topic], (record) => {
      const same = createHash('sha256')
        .update(JSON.stringify([record.headers.source, claimsOf(record.headers)]))
        .update(record.value ?? '')
        .digest('hex');
      const { places = [] } = bodies.get(same) ?? {};
      places.push(placeName(record));
      // What came again after it was resubmitted is open again.
      const state = ledger.has(placeName(record)) ? 'resubmitted' : 'open';
      bodies.set(same, { ...bodyOf(record), state, places });
    });
  } catch (error) {
    if (error instanceof KafkaError && error.code === 'UNKNOWN_TOPIC') return [];
    throw error;
  }
  return [...bodies.values()].sort((one, other) => one.receivedAt - other.receivedAt);
}

function bodyOf(record: StoredRecord): Omit<QuarantinedBody, 'state' | 'places'> {
  const { partition, offset, value, timestamp } = record;
  const { source = '', tenant = '', reason = '', problems = '', ...headers } = record.headers;
  return {
    id: `${partition}-${offset}`,
    source,
    tenant,
    reason,
    problems: problems.split('\n', MOST_PROBLEMS).filter((line) => line !== ''),
    contentType: contentTypeOf(headers['content-type']),
    itemIndex: /^\d{1,6}$/.test(headers.item ?? '') ? Number(headers.item) : undefined,
    sentHeaders: sentHeadersOf(headers),
    claims: claimsOf(headers),
    receivedAt: epochMs(headers['received-at'], timestamp),
    body: value ?? Buffer.alloc(0),
  };
}

const claimsOf = (headers: Readonly<Record<string, string>>): QuarantinedBody['claims'] => ({
  ...(headers['signed-tenant'] === undefined ? {} : { tenant: headers['signed-tenant'] }),
  ...(headers['signed-id'] === undefined ? {} : { id: headers['signed-id'] }),
});

const SENT = /^sent-([a-z0-9-]{1,100})$/;

function sentHeadersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const [, original] = SENT.exec(name) ?? [];
    if (original !== undefined && PRINTABLE.test(value)) sent[original] = value;
  }
  return sent;
}

const PRINTABLE = /^[\x20-\x7e]{1,200}$/;

/** It becomes a header of a request, which takes no control characters. */
const contentTypeOf = (text = ''): string => (PRINTABLE.test(text) ? text : 'application/json');

export function findBody(
  bodies: readonly QuarantinedBody[],
  id: string,
  { topic, command, title }: Shelf,
): QuarantinedBody {
  const [partition, offset] = id.split('-');
  const place = placeName({ topic, partition: Number(partition), offset: Number(offset) });
  const found = bodies.find(({ places }) => places.includes(place));
  if (found !== undefined) return found;
  throw new OpsError(`${title} holds no ${id}: \`${command} list\` shows what it holds, --history all of it.`);
}

export function bodyFilter(given: Arguments): (body: QuarantinedBody) => boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY } = given;
  const [source, reason] = [given.text('source'), given.text('reason')];
  return (body) =>
    (source === undefined || body.source === source) &&
    (reason === undefined || body.reason === reason) &&
    body.receivedAt >= since &&
    body.receivedAt <= until;
}
