import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AnyEvent,
  catalogue,
  type EventMeta,
  type EventType,
  eventTypes,
  isEventType,
  readFields,
  topics,
} from './catalogue.ts';
import { eventHeaders, identityOf, keyOf } from './envelope.ts';

const metaOf = (type: EventType): EventMeta => ({
  id: 'evt-1',
  type,
  source: 'cms update',
  tenant: 'acme',
  occurredAt: Date.UTC(2026, 0, 15, 10, 30),
  receivedAt: 0,
  extra: null,
});

function eventOf(type: EventType, sent: Readonly<Record<string, unknown>>): AnyEvent {
  const read = readFields(type, sent);
  assert.ok(read.ok);
  return { meta: metaOf(type), ...read.fields } as AnyEvent;
}

for (const type of eventTypes) {
  test(`the example of ${type} has a key and headers`, () => {
    const { example, keyField } = catalogue[type];
    const event = eventOf(type, example);
    assert.equal(keyOf(event), `acme:${example[keyField]}`);
    assert.deepEqual(eventHeaders(event), {
      ce_specversion: '1.0',
      ce_id: 'evt-1',
      ce_type: type,
      ce_source: '/acme/cms%20update',
      ce_time: '2026-01-15T10:30:00.000Z',
      ce_subject: example[keyField],
    });
  });
}

test('the first key field that is present provides the key', () => {
  assert.equal(keyOf(eventOf('lead.captured', { email: 'a@example.com', phone: '1' })), 'acme:a@example.com');
  assert.equal(keyOf(eventOf('lead.captured', { phone: '1', conversationId: 'c' })), 'acme:c');
});

test('two tenants, two sources and two event types may use the same id', () => {
  const meta = metaOf('order.created');
  const others = [{ source: 'shop' }, { tenant: 'other' }, { type: 'payment.confirmed' as const }, { id: 'evt-2' }];
  const identities = [meta, ...others.map((other) => ({ ...meta, ...other }))].map(identityOf);
  assert.equal(new Set(identities).size, 5);
});

test('events of one entity share a topic and a key to keep their order', () => {
  const commerce = eventTypes.filter((type) => catalogue[type].topic === 'commerce.orders');
  assert.deepEqual(new Set(commerce.map((type) => catalogue[type].keyField)), new Set(['orderId']));
  assert.deepEqual([...topics].sort(), [
    'actions.runs',
    'chat.conversations',
    'chat.messages',
    'commerce.orders',
    'commerce.stock',
    'commerce.subscriptions',
    'content.articles',
    'flows.timeouts',
    'ops.deployments',
    'ops.incidents',
    'ops.maintenance',
    'people.customers',
    'people.preferences',
    'support.tickets',
  ]);
});

test('object prototype members are not event types', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'order.lost', '']) assert.equal(isEventType(name), false);
  assert.equal(isEventType('order.shipped'), true);
});
