import type { IncomingHttpHeaders } from 'node:http';
import { type AnyEvent, type Problem, readFields, readTimestamp } from '@switchboard/events';
import type { MappedEvent } from '@switchboard/providers';
import type { Claims } from '../http/claims.ts';
import type { Refusal } from '../http/refusals.ts';
import type { Source } from '../sources/sources.ts';
import { mergeExtra } from './extra.ts';
import { deriveId, isGiven, LONGEST_ID } from './identity.ts';
import type { Item } from './items.ts';
import type { JsonObject } from './json/parse.ts';
import { shapeHint } from './shape-help.ts';

interface Sent {
  source: Pick<Source, 'name' | 'tenant' | 'mapping'>;
  headers: IncomingHttpHeaders;
  receivedAt: number;
  claims?: Claims | undefined;
}

/** An ambiguous id is the same for different events that were sent as equal bodies. */
export interface ReadEvent {
  event: AnyEvent;
  isAmbiguous: boolean;
}

export type EventReading =
  /** None: it means nothing to us. */
  | { kind: 'events'; events: readonly ReadEvent[]; called?: string }
  /** It names an event that is not in the catalogue. */
  | { kind: 'skipped'; name: string }
  | { kind: 'refused'; refusal: Refusal };

/** What an item means, by the mapping of its source: all of its events, or why one of them is none. */
export function readEvents(item: Item, sent: Sent): EventReading {
  const { json } = item;
  if (typeof json !== 'object' || json === null) return NOT_AN_OBJECT;
  const mapped = sent.source.mapping.map({ body: json, headers: sent.headers });
  switch (mapped.kind) {
    case 'unhandled':
      return { kind: 'skipped', name: mapped.name };
    case 'unknown_shape':
      return Array.isArray(json)
        ? NOT_AN_OBJECT
        : { kind: 'refused', refusal: { reason: 'shape', hint: shapeHint(json as JsonObject, sent.headers) } };
    case 'failed':
      return refused(mapped.problems);
    case 'events': {
      const events: ReadEvent[] = [];
      for (const [index, one] of mapped.events.entries()) {
        const read = readEvent(one, item, index, sent);
        if ('problems' in read) return refused(read.problems);
        events.push(read);
      }
      return { ...mapped, events };
    }
  }
}

const NOT_AN_OBJECT: EventReading = {
  kind: 'refused',
  refusal: { reason: 'json', error: 'The body is JSON, but not an object' },
};

const refused = (problems: readonly Problem[]): EventReading => ({
  kind: 'refused',
  refusal: { reason: 'schema', problems },
});

/** Reads the fields, the id and the time of what a mapping made. */
function readEvent(
  mapped: MappedEvent,
  item: Item,
  index: number,
  { source, receivedAt, claims }: Sent,
): ReadEvent | { problems: readonly Problem[] } {
  const { type, payload, timestamp } = mapped;
  const problems: Problem[] = [];
  const given = readId(mapped.id, problems) ?? idOfDelivery(claims?.id, item, index);
  const occurredAt = isGiven(timestamp) ? readTime(timestamp) : receivedAt;
  if (occurredAt === undefined) {
    problems.push({ path: 'timestamp', message: 'must be an ISO 8601 time, or seconds or milliseconds since 1970' });
  }
  const read = readFields(type, payload);
  if (!read.ok) problems.push(...read.problems.map(({ path, message }) => ({ path: mapped.sentAs(path), message })));
  if (!read.ok || occurredAt === undefined || problems.length > 0) return { problems };

  const { fields } = read;
  const { id, isAmbiguous } =
    given === undefined ? deriveId({ type, fields, timestamp, item }) : { id: given, isAmbiguous: false };
  const extra = mergeExtra(read.extra, mapped);
  const meta = { id, type, source: source.name, tenant: source.tenant, occurredAt, receivedAt, extra };
  return { event: { meta, ...fields } as AnyEvent, isAmbiguous };
}

function idOfDelivery(deliveryId: string | undefined, { index: place }: Item, index: number): string | undefined {
  if (deliveryId === undefined) return undefined;
  const parts = [deliveryId, ...(place === undefined ? [] : [place]), ...(index === 0 ? [] : [index])];
  const id = parts.join('#');
  return id.length <= LONGEST_ID ? id : undefined;
}

/** Some senders write Unix times as text. */
const readTime = (value: unknown): number | undefined =>
  readTimestamp(typeof value === 'string' && /^\d{9,13}$/.test(value) ? Number(value) : value);

function readId(id: unknown, problems: Problem[]): string | undefined {
  if (!isGiven(id)) return undefined;
  const text = typeof id === 'number' ? String(id) : id;
  if (typeof text === 'string' && text.length <= LONGEST_ID) return text;
  problems.push({ path: 'event_id', message: `must be a string of at most ${LONGEST_ID} characters` });
  return undefined;
}
