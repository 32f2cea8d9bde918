import { type AnyEvent, catalogue, type EventMeta } from './catalogue.ts';

/** The record key: events with the same one keep their order. */
export function keyOf(event: AnyEvent): string {
  return `${event.meta.tenant}:${entityOf(event)}`;
}

/** Tells events apart: sources of a tenant may use the same ids, and so may a shop for an order and its payment. */
export function identityOf(meta: Pick<EventMeta, 'tenant' | 'source' | 'type' | 'id'>): string {
  return `${meta.tenant}:${meta.source}:${meta.type}:${meta.id}`;
}

/** The attributes of CloudEvents in Kafka's binary mode, so that an event can be routed without decoding it. */
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

/** The id of what the event is about: a conversation, an order, an article. */
function entityOf(event: AnyEvent): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  for (const field of catalogue[event.meta.type].keyFields) {
    const value = fields[field];
    if (typeof value === 'string') return value;
  }
  throw new TypeError(`A ${event.meta.type} has none of its key fields; readFields lets no such event through.`);
}
