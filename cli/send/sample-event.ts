import { randomUUID } from 'node:crypto';
import type { Event } from '@switchboard/client';
import { type CatalogueEntry, catalogue, type EventType } from '@switchboard/events';

/** A webhook, before it is signed. */
export interface Webhook {
  /** The source's name: the last part of the path. */
  source: string;
  body: string;
}

/** A webhook that a sender would send. */
export interface SampleEvent extends Webhook {
  /** The conversation, order, article or other entity of the event; the last part of its record key. */
  entity: string;
  /** The same event as `POST /v1/events` takes it. */
  item: Event;
}

interface Sender {
  source: string;
  shape: (sample: Sample) => object;
}

/** Also sends what belongs to a domain that has no sender. */
const shop: Sender = { source: 'shop', shape: entityEvent };

/** How the local sources send: their name, and the shape of their bodies. */
const SENDERS: Readonly<Record<string, Sender>> = {
  chat: { source: 'chatbot', shape: platformEvent },
  commerce: shop,
  content: { source: 'cms-update', shape: articleEvent },
  ops: { source: 'ops', shape: entityEvent },
  people: { source: 'chatbot', shape: platformEvent },
};

interface Sample {
  entry: CatalogueEntry;
  fields: Record<string, unknown>;
  id: string;
  timestamp: string;
}

/**
 * The catalogue's example as a webhook of a conversation, an order, an article, … that was never sent before.
 * @param changes fields that are to be other than in the example
 */
export function createSampleEvent(type: EventType, changes: Readonly<Record<string, unknown>> = {}): SampleEvent {
  const entry = catalogue[type];
  const sender = SENDERS[entry.topic.split('.')[0] ?? ''] ?? shop;
  const id = randomUUID();
  const fields = { ...freshFields(entry, id.slice(0, 8)), ...changes };
  const timestamp = new Date().toISOString();
  const body = sender.shape({ entry, fields, id, timestamp });
  const entity = String(entry.keyFields.map((name) => fields[name]).find((value) => value != null) ?? '');
  return {
    entity,
    source: type === 'conversation.escalated' ? 'escalation' : sender.source,
    body: JSON.stringify(body),
    item: { type, id, time: timestamp, data: fields },
  };
}

/** The example, about an entity of its own: `conv-20260115-4711` becomes `conv-<mark>`. */
function freshFields({ keyFields, example }: CatalogueEntry, mark: string): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...example };
  for (const name of [...keyFields, 'messageId']) {
    const value = fields[name];
    if (name.endsWith('Id') && typeof value === 'string') fields[name] = `${value.split('-')[0]}-${mark}`;
  }
  return fields;
}

function platformEvent({ entry, fields, timestamp }: Sample): object {
  return { event: entry.type, timestamp, data: fields };
}

function entityEvent({ entry, fields, id, timestamp }: Sample): object {
  const entity = fields[entry.keyField];
  return { event_type: entry.type, event_id: id, timestamp, entity_id: entity, payload: fields, schema_version: 1 };
}

function articleEvent({ entry, fields, timestamp }: Sample): object {
  return { action: entry.type.replace('article.', ''), timestamp, ...fields };
}
