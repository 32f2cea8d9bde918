import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type AnyEvent, catalogue, type EventType, eventTypes } from '@switchboard/events';
import { identifierFields, identifiersOf } from './event-identifiers.ts';

const event = (type: EventType, fields: object): AnyEvent =>
  ({ meta: { type, source: 'shop' }, ...fields }) as unknown as AnyEvent;

it('reads the usable identifiers of the person whom an event names', () => {
  const order = { orderId: 'o-1', userId: null, customerId: '7', email: 'Jane@X.example', phone: '555-SHIP' };
  assert.deepEqual(identifiersOf(event('order.shipped', order)), [
    { kind: 'customer', value: 'shop/7' },
    { kind: 'email', value: 'jane@x.example' },
  ]);
  const escalated = { userId: 'jane', customer: { email: 'jane@x.example', phone: null } };
  assert.deepEqual(identifiersOf(event('conversation.escalated', escalated)), [
    { kind: 'user', value: 'jane' },
    { kind: 'email', value: 'jane@x.example' },
  ]);
  assert.deepEqual(identifiersOf(event('conversation.escalated', { userId: null, customer: null })), []);
  assert.deepEqual(identifiersOf(event('article.published', {})), []);
});

/** Types with a person from whom nothing is learned, and why. */
const NOT_LEARNED: Partial<Record<EventType, string>> = {
  'message.received': 'most events are of this type, and each would cost a call to Redis',
  'inventory.reserved': 'names the person whom order.created named',
};

it('learns from each type that names a person in two ways, or says why not', () => {
  for (const type of eventTypes) {
    const names = catalogue[type].schema.fields.map(({ name }) => name);
    const ways = names.filter((name) => ['userId', 'email', 'customerId', 'customer'].includes(name));
    if (ways.length < 2) continue;
    assert.notEqual(type in identifierFields, type in NOT_LEARNED, type);
  }
});
