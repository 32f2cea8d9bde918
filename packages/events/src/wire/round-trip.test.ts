import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AnyEvent,
  catalogue,
  type EventMeta,
  type EventOf,
  type EventType,
  eventTypes,
  readFields,
} from '../catalogue.ts';
import { sentFields } from '../fields/sent-fields.ts';
import { createDecoder } from './decoder.ts';
import { encodePayload } from './encoder.ts';
import { frame, unframe } from './frame.ts';

const metaOf = <T extends EventType>(type: T, extra: string | null): EventMeta<T> => ({
  id: 'evt-1',
  type,
  source: 'chatbot',
  tenant: 'acme',
  occurredAt: Date.UTC(2026, 0, 15, 10, 30),
  receivedAt: Date.UTC(2026, 0, 15, 10, 30, 1),
  extra,
});

function eventOf(type: EventType, sent: Readonly<Record<string, unknown>>): AnyEvent | undefined {
  const read = readFields(type, sent);
  return read.ok ? ({ meta: metaOf(type, read.extra), ...read.fields } as AnyEvent) : undefined;
}

const decoders = new Map(eventTypes.map((type) => [type, createDecoder(JSON.stringify(catalogue[type].schema))]));

function roundTrip(type: EventType, event: AnyEvent): AnyEvent | undefined {
  const { schemaId, payload } = unframe(frame(7, encodePayload(type, event as never)));
  assert.equal(schemaId, 7);
  return decoders.get(type)?.(payload);
}

for (const type of eventTypes) {
  test(`the example of ${type} survives fields, bytes and frame unchanged`, () => {
    const event = eventOf(type, catalogue[type].example);
    assert.ok(event);
    assert.equal(event.meta.extra, null);
    assert.deepEqual(roundTrip(type, event), event);
  });

  test(`any ${type} decodes to the fields that were read`, () => {
    fc.assert(
      fc.property(sentFields(catalogue[type].schema), (sent) => {
        const event = eventOf(type, sent);
        if (event !== undefined) assert.deepEqual(roundTrip(type, event), event);
      }),
      { numRuns: 150 },
    );
  });
}

test('well-formed text of any length survives', () => {
  const event = eventOf('message.received', { userId: 'u' }) as EventOf<'message.received'>;
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 60, maxLength: 300 }));
  fc.assert(
    fc.property(text, text, (one, other) => {
      const full = { ...event, text: one, channel: other };
      assert.deepEqual(roundTrip('message.received', full), full);
    }),
  );
  for (const length of [63, 64, 65, 65_000, 70_000, 1_500_000]) {
    const long = { ...event, text: '🙂é'.repeat(length / 2) };
    assert.deepEqual(roundTrip('message.received', long), long);
  }
});

test('a decoded event is a plain object throughout', () => {
  const event = eventOf(
    'conversation.escalated',
    catalogue['conversation.escalated'].example,
  ) as EventOf<'conversation.escalated'>;
  const decoded = roundTrip('conversation.escalated', event) as EventOf<'conversation.escalated'>;
  for (const part of [decoded, decoded.meta, decoded.customer, decoded.transcript[0]]) {
    assert.equal(Object.getPrototypeOf(part), Object.prototype);
  }
});

test('encoding the next event does not change earlier bytes', () => {
  const event = eventOf('message.received', { userId: 'u', text: 'first' }) as EventOf<'message.received'>;
  const first = encodePayload('message.received', event);
  const copy = Buffer.from(first);
  encodePayload('message.received', { ...event, text: 'second' });
  assert.deepEqual(first, copy);
});
