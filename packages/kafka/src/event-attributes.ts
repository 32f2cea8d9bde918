import { type AnyEvent, catalogue, isEventType, keyOf } from '@switchboard/events';
import type { SpanAttributes } from '@switchboard/tracing';
import { redactId, shorten } from './redaction.ts';

type Headers = Readonly<Record<string, string | Buffer | (string | Buffer)[] | undefined>>;

/** Span attributes of an event: its CloudEvents attributes, which are ids. */
export function eventAttributes(headers: Headers = {}): SpanAttributes {
  const type = headers.ce_type?.toString() ?? '';
  const attributes: Record<string, string> = {};
  for (const name of ['id', 'type', 'source', 'subject']) {
    const value = headers[`ce_${name}`]?.toString();
    if (value !== undefined) attributes[`cloudevents.event_${name}`] = withoutPerson(value, type);
  }
  const [, tenant] = headers.ce_source?.toString().split('/') ?? [];
  return tenant === undefined ? attributes : { ...attributes, 'switchboard.tenant': withoutPerson(tenant, type) };
}

/** Longer than any id that ingest accepts. */
const MOST_CHARACTERS = 512;

/** An id or key for operators. Hides a person's e-mail address or telephone number. */
export function withoutPerson(text: string, type: string): string {
  const personal = !isEventType(type) || catalogue[type].keyFields.includes('phone');
  return redactId(shorten(text, MOST_CHARACTERS), { personal });
}

/** What the log says about an event: its ids, without a person's address or number, and fixed words. */
export function idsOf(event: AnyEvent): Record<string, string | undefined> {
  const { id, type, source } = event.meta;
  const { conversationId } = event as { conversationId?: unknown };
  const key = withoutPerson(keyOf(event), type);
  // The key of most events of a conversation ends with its id.
  const isShown = typeof conversationId !== 'string' || key.endsWith(`:${conversationId}`);
  return {
    type,
    source,
    event: withoutPerson(id, type),
    key,
    conversation: isShown ? undefined : withoutPerson(conversationId as string, type),
  };
}
