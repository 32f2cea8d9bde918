import { type AnyEvent, type EventType, type Problem, readFields, readTimestamp } from '@switchboard/events';
import type { Refusal } from '../http/refusals.ts';
import { adopt, mergeExtra } from './adoption.ts';
import { isGiven, readEnvelope } from './envelope.ts';
import { toEventType } from './event-names.ts';
import { deriveId, LONGEST_ID } from './identity.ts';
import type { JsonObject } from './json/parse.ts';
import { mappingOf } from './platform-fields.ts';

interface Sender {
  name: string;
  tenant: string;
  events: ReadonlyMap<string, EventType>;
}

interface Received {
  json: JsonObject;
  body: Buffer;
  receivedAt: number;
}

export type Normalised =
  /** An ambiguous id is the same for different events that were sent as equal bodies. */
  | { kind: 'event'; event: AnyEvent; isAmbiguous: boolean }
  | { kind: 'unhandled'; name: string }
  | { kind: 'rejected'; refusal: Refusal };

/** Turns a body of any known shape into an event of the catalogue, or says why it is none. */
export function normalise({ json, body, receivedAt }: Received, sender: Sender): Normalised {
  const envelope = readEnvelope(json);
  if (envelope === undefined) return { kind: 'rejected', refusal: { reason: 'shape' } };
  if (envelope.name === undefined) return rejected(envelope.problems);
  const payload = 'payload' in envelope ? envelope.payload : undefined;
  const type = toEventType(envelope.name, sender.events, payload);
  if (type === undefined) return { kind: 'unhandled', name: envelope.name };
  if ('problems' in envelope) return rejected(envelope.problems);

  adopt(envelope, type);
  const problems: Problem[] = [];
  const given = readId(envelope.id, problems);
  const occurredAt = isGiven(envelope.timestamp) ? readTime(envelope.timestamp) : receivedAt;
  if (occurredAt === undefined) {
    problems.push({ path: 'timestamp', message: 'must be an ISO 8601 time, or seconds or milliseconds since 1970' });
  }
  const mapped = mappingOf(type)(envelope.payload);
  const read = readFields(type, mapped.payload);
  if (!read.ok) {
    const asSent = read.problems.map(({ path, message }) => ({ path: mapped.sentAs(path), message }));
    problems.push(...asSent.map((problem) => within(envelope.payloadKey, problem)));
  }
  if (!read.ok || occurredAt === undefined || problems.length > 0) return rejected(problems);

  const { fields } = read;
  const { id, isAmbiguous } =
    given === undefined
      ? deriveId({ type, fields, timestamp: envelope.timestamp, body })
      : { id: given, isAmbiguous: false };
  const { name: source, tenant } = sender;
  const extra = mergeExtra(read.extra, { payload: mapped.payload, rest: envelope.rest });
  const event = { meta: { id, type, source, tenant, occurredAt, receivedAt, extra }, ...fields } as AnyEvent;
  return { kind: 'event', event, isAmbiguous };
}

const rejected = (problems: readonly Problem[]): Normalised => ({
  kind: 'rejected',
  refusal: { reason: 'schema', problems },
});

/** A problem's path as the sender knows it: from the top of the body. */
const within = (payloadKey: string | undefined, { path, message }: Problem): Problem => ({
  path: payloadKey === undefined ? path : path.startsWith('[') ? payloadKey + path : `${payloadKey}.${path}`,
  message,
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
