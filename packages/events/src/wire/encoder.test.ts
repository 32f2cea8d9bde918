import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventOf } from '../catalogue.ts';
import { EventsError } from '../events-error.ts';
import { encodeFramed, encodePayload } from './encoder.ts';
import { frame } from './frame.ts';

const event: EventOf<'order.shipped'> = {
  meta: {
    id: 'evt-1',
    type: 'order.shipped',
    source: 'shop',
    tenant: 'acme',
    occurredAt: 1_768_473_000_000,
    receivedAt: 1_768_473_000_100,
    extra: null,
  },
  orderId: 'order-1001',
  orderNumber: null,
  userId: null,
  email: null,
  phone: null,
  customerName: null,
  status: null,
  trackingNumber: 'secret',
  carrier: null,
  trackingUrl: null,
  items: [],
  shippedAt: null,
  estimatedDelivery: null,
  locale: null,
};

for (const [what, trackingNumber] of [
  ['a small event', 'x'],
  ['an event larger than any before', 'x'.repeat(300_000)],
] as const) {
  test(`encodes ${what} in the wire format`, () => {
    const sent = { ...event, trackingNumber };
    const framed = encodeFramed(0x01020304, 'order.shipped', sent);
    assert.deepEqual(framed, frame(0x01020304, encodePayload('order.shipped', sent)));
  });
}

const wrong: [what: string, event: unknown, message: RegExp][] = [
  ['a field of another type', { ...event, trackingNumber: 7 }, /trackingNumber is not of type/],
  ['a missing required field', { ...event, orderId: undefined }, /orderId is not of type string/],
  [
    'a nested field of another type',
    { ...event, items: [{ ...event.items[0], quantity: 'secret' }] },
    /items\.0\.quantity/,
  ],
  ['a fraction as a time', { ...event, shippedAt: 0.5 }, /shippedAt is not of type/],
  ['an unsafe number', { ...event, shippedAt: 2 ** 60 }, /shippedAt/],
  [
    'another type',
    { ...event, meta: { ...event.meta, type: 'order.created' } },
    /order\.created, not a order\.shipped|order\.created/,
  ],
  ['an empty id', { ...event, meta: { ...event.meta, id: '' } }, /meta\.id/],
  ['an id with a lone surrogate', { ...event, meta: { ...event.meta, id: 'a\ud800' } }, /meta\.id .* well-formed/],
  ['an id that is a number', { ...event, meta: { ...event.meta, id: 7 } }, /meta\.id/],
];

for (const [what, given, message] of wrong) {
  test(`an event with ${what} is refused without its values`, () => {
    assert.throws(
      () => encodePayload('order.shipped', given as EventOf<'order.shipped'>),
      (error) => {
        assert.ok(error instanceof EventsError);
        assert.equal(error.code, 'INVALID_EVENT');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        assert.equal(error.cause, undefined);
        return true;
      },
    );
  });
}

test('fields outside the schema are not encoded', () => {
  const bytes = encodePayload('order.shipped', { ...event, other: 'x' } as EventOf<'order.shipped'>);
  assert.deepEqual(bytes, encodePayload('order.shipped', event));
});
