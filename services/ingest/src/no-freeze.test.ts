import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodePayload, eventHeaders, identityOf, keyOf, publicEventTypes } from '@switchboard/events';
import { assertNoFreeze, repetitiveTexts } from '@switchboard/events/fixtures';
import { compileMapping, type Json, providers } from '@switchboard/providers';
import { parse } from './event/json/parse.ts';
import { type EventReading, readEvents } from './event/read-events.ts';

const source = { name: 'shop', tenant: 'acme', mapping: compileMapping(providers.platform.mapping) };
const MAX_BYTES = 1_048_576;

/** From the bytes of a body to what is published of it. */
function take(body: Buffer): EventReading {
  const parsed = parse(body);
  assert.ok(parsed.ok, 'the test sends JSON');
  const item = { json: parsed.value as Json, bytes: body, index: undefined };
  const reading = readEvents(item, { source, headers: {}, receivedAt: Date.now() });
  if (reading.kind === 'events') {
    const { event } = reading.events[0] ?? assert.fail();
    eventHeaders(event);
    keyOf(event);
    identityOf(event.meta);
    encodePayload(event.meta.type as never, event as never);
  }
  return reading;
}

describe('a body of maxBytes with one repeated text in any field holds up nothing', () => {
  for (const type of publicEventTypes) {
    it(type, async () => {
      for (const { what, place, text, allowed } of repetitiveTexts(type, MAX_BYTES)) {
        const body = Buffer.from(JSON.stringify({ event: type, data: place.fieldsWith(text) }));
        let reading: EventReading | undefined;
        await assertNoFreeze(what, () => {
          reading = take(body);
        });
        if (!allowed) continue;
        const refused = reading?.kind === 'refused' ? JSON.stringify(reading.refusal) : '';
        assert.equal(refused, '', `${what} is within its bound`);
      }
    });
  }
});

const data = { orderId: 'o-1' };
const BODIES: Readonly<Record<string, (text: string) => object>> = {
  'the name of the event': (text) => ({ event: text, data }),
  'its id': (text) => ({ event: 'order.created', event_id: text, data }),
  'its time': (text) => ({ event: 'order.created', timestamp: text, data }),
  'its entity': (text) => ({ event_type: 'new_order', entity_id: text, payload: {} }),
  'its sender': (text) => ({ event_type: 'message_received', sender_id: text, payload: { text: 'yes' } }),
  'the action of an article': (text) => ({ articleId: 'a-1', action: text, title: 't', content: 'c' }),
  'an unknown field': (text) => ({ event: 'order.created', data, other: text }),
  'an unknown key': (text) => ({ event: 'order.created', data, [text]: 1 }),
};

describe('a body of maxBytes with one repeated text next to the payload holds up nothing', () => {
  const texts = repetitiveTexts('order.created', MAX_BYTES).filter(({ place }) => place.path === '(unknown)');
  for (const [where, bodyWith] of Object.entries(BODIES)) {
    it(where, async () => {
      for (const { text } of texts) {
        const body = Buffer.from(JSON.stringify(bodyWith(text)));
        await assertNoFreeze(`${where}: ${JSON.stringify(text.slice(0, 10))}…`, () => void take(body));
      }
    });
  }
});
