import { type AnyEvent, catalogue, type EventMeta } from './catalogue.ts';

/** The record key. Events with the same key keep their order. */
export function keyOf(event: AnyEvent): string {
  return `${event.meta.tenant}:${entityOf(event)}`;
}

/** A unique event id. Sources of a tenant may reuse ids, and a shop may use one id for an order and its payment. */
export function identityOf(meta: Pick<EventMeta, 'tenant' | 'source' | 'type' | 'id'>): string {
  return `${meta.tenant}:${meta.source}:${meta.type}:${meta.id}`;
}

/** CloudEvents attributes in Kafka's binary mode, so that consumers can route an event without decoding it. */
export function eventHeaders(event: AnyEvent): Record<string, string> {
  const { meta } = event;
  return {
    ce_specversion: '1.0',
    ce_id: meta.id,
    ce_type: meta.type,
    ce_source: `/${encodeURIComponent(meta.tenant)}/${encodeURIComponent(meta.source)}`,
    ce_time: new Date(meta.occurredAt).toISOString(),
    ce_subject: entityOf(event),
  };
}

/** The id of the event's subject: a conversation, an order, an article. */
function entityOf(event: AnyEvent): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  for (const field of catalogue[event.meta.type].keyFields) {
    const value = fields[field];
    if (typeof value === 'string') return value;
  }
  throw new TypeError(`A ${event.meta.type} has none of its key fields; readFields rejects such events.`);
}
