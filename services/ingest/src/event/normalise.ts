import type { IncomingHttpHeaders } from 'node:http';
import { type AnyEvent, type EventType, type Problem, readFields, readTimestamp } from '@switchboard/events';
import { type CompiledMapping, compileMapping, type Json, type MappedEvent, providers } from '@switchboard/providers';
import type { Refusal } from '../http/refusals.ts';
import { mergeExtra } from './extra.ts';
import { deriveId, isGiven, LONGEST_ID } from './identity.ts';

interface Sender {
  name: string;
  tenant: string;
  /** The sender's own names, for a sender without a mapping. */
  events: ReadonlyMap<string, EventType>;
  mapping?: CompiledMapping;
}

interface Received {
  /** The item, as parsed. */
  json: unknown;
  body: Buffer;
  receivedAt: number;
  headers?: IncomingHttpHeaders;
}

export type Normalised =
  /** An ambiguous id is the same for different events that were sent as equal bodies. */
  | { kind: 'event'; event: AnyEvent; isAmbiguous: boolean }
  | { kind: 'unhandled'; name: string }
  | { kind: 'rejected'; refusal: Refusal };

/** Turns a body of any known shape into an event of the catalogue, or says why it is none. */
export function normalise({ json, body, receivedAt, headers = {} }: Received, sender: Sender): Normalised {
  const mapped = (sender.mapping ?? platformMapping(sender.events)).map({ body: json as Json, headers });
  if (mapped.kind === 'unknown_shape') return { kind: 'rejected', refusal: { reason: 'shape' } };
  if (mapped.kind === 'unhandled') return mapped;
  if (mapped.kind === 'failed') return rejected(mapped.problems);
  const [event] = mapped.events;
  if (event === undefined) return { kind: 'unhandled', name: '' };
  return toEvent(event, { body, receivedAt }, sender);
}

/** Reads the fields, the id and the time of what a mapping made. */
export function toEvent(
  mapped: MappedEvent,
  { body, receivedAt }: Pick<Received, 'body' | 'receivedAt'>,
  { name: source, tenant }: Pick<Sender, 'name' | 'tenant'>,
): Normalised {
  const { type, payload, timestamp } = mapped;
  const problems: Problem[] = [];
  const given = readId(mapped.id, problems);
  const occurredAt = isGiven(timestamp) ? readTime(timestamp) : receivedAt;
  if (occurredAt === undefined) {
    problems.push({ path: 'timestamp', message: 'must be an ISO 8601 time, or seconds or milliseconds since 1970' });
  }
  const read = readFields(type, payload);
  if (!read.ok) problems.push(...read.problems.map(({ path, message }) => ({ path: mapped.sentAs(path), message })));
  if (!read.ok || occurredAt === undefined || problems.length > 0) return rejected(problems);

  const { fields } = read;
  const { id, isAmbiguous } =
    given === undefined ? deriveId({ type, fields, timestamp, body }) : { id: given, isAmbiguous: false };
  const extra = mergeExtra(read.extra, mapped);
  const event = { meta: { id, type, source, tenant, occurredAt, receivedAt, extra }, ...fields } as AnyEvent;
  return { kind: 'event', event, isAmbiguous };
}

const mappings = new WeakMap<ReadonlyMap<string, EventType>, CompiledMapping>();

/** The platform's own mapping with a sender's own names. */
function platformMapping(events: ReadonlyMap<string, EventType>): CompiledMapping {
  let compiled = mappings.get(events);
  if (compiled === undefined) {
    compiled = compileMapping({ names: Object.fromEntries(events), base: providers.platform.mapping });
    mappings.set(events, compiled);
  }
  return compiled;
}

const rejected = (problems: readonly Problem[]): Normalised => ({
  kind: 'rejected',
  refusal: { reason: 'schema', problems },
});

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
