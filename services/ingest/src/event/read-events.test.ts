import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AnyEvent, catalogue, encodePayload, type Problem, publicEventTypes } from '@switchboard/events';
import { compileMapping, type Json, providers } from '@switchboard/providers';
import fc from 'fast-check';
import { type JsonObject, parse } from './json/parse.ts';
import { readEvents } from './read-events.ts';

const receivedAt = Date.UTC(2026, 0, 15);
const source = {
  name: 'chatbot',
  tenant: 'acme',
  mapping: compileMapping({ names: { deal_won: 'lead.captured' }, base: providers.platform.mapping }),
};

function read(body: unknown) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const parsed = parse(bytes);
  assert.ok(parsed.ok);
  return readEvents({ json: parsed.value as Json, bytes, index: undefined }, { source, headers: {}, receivedAt });
}

function event(body: unknown): AnyEvent {
  const reading = read(body);
  assert.equal(reading.kind, 'events', JSON.stringify(reading));
  return reading.kind === 'events' ? (reading.events[0]?.event ?? assert.fail()) : assert.fail();
}

function problems(body: unknown): readonly Problem[] {
  const reading = read(body);
  assert.equal(reading.kind, 'refused');
  return reading.kind === 'refused' ? (reading.refusal.problems ?? []) : assert.fail();
}

const extraOf = ({ meta }: AnyEvent): JsonObject => JSON.parse(meta.extra ?? '{}');

const escalated = { conversationId: 'c-1', intent: 'refund' };
const base = { event: 'conversation.escalated', timestamp: '2026-01-15T10:00:00Z', data: escalated };

describe('a body', () => {
  it('reads shape A', () => {
    const { meta, ...fields } = event(base);
    assert.deepEqual(meta, {
      id: 'c-1:2026-01-15T10:00:00Z:conversation.escalated',
      type: 'conversation.escalated',
      source: 'chatbot',
      tenant: 'acme',
      occurredAt: Date.UTC(2026, 0, 15, 10),
      receivedAt,
      extra: null,
    });
    assert.partialDeepStrictEqual(fields, { conversationId: 'c-1', intent: 'refund', reason: null, transcript: [] });
  });

  it('reads shape B, whose sender is the person', () => {
    const message = event({ event_type: 'message_received', sender_id: 'u-1', payload: { text: 'hello' } });
    assert.equal(message.meta.type, 'message.received');
    assert.partialDeepStrictEqual(message, { userId: 'u-1', conversationId: null, text: 'hello' });
    assert.equal(message.meta.extra, null);
    assert.equal(message.meta.occurredAt, receivedAt);
    const order = event({ event_type: 'new_order', sender_id: 'u-1', payload: { orderId: 'o-1' } });
    assert.partialDeepStrictEqual(order, { userId: 'u-1', orderId: 'o-1' });
  });

  it('reads shape C, whose entity fills the key field', () => {
    const order = event({
      event_type: 'new_order',
      event_id: 'e-1',
      timestamp: 1_768_471_200,
      entity_id: 'o-1',
      payload: { total: 12.5 },
      schema_version: '2.1',
    });
    assert.equal(order.meta.id, 'e-1');
    assert.equal(order.meta.type, 'order.created');
    assert.equal(order.meta.occurredAt, 1_768_471_200_000);
    assert.partialDeepStrictEqual(order, { orderId: 'o-1', total: 12.5 });
    assert.deepEqual(extraOf(order), { schema_version: '2.1' });
  });

  it('keeps an entity that contradicts the payload, and drops one that repeats it', () => {
    const c = { event_type: 'order_created', event_id: 'e', payload: { order_id: 'o-1' } };
    assert.deepEqual(extraOf(event({ ...c, entity_id: 'o-2' })), { entity_id: 'o-2' });
    assert.equal(event({ ...c, entity_id: 'o-1' }).meta.extra, null);
  });

  it('takes a key field next to the payload', () => {
    const body = { event: 'conversation.escalated', conversation_id: 'c-9', data: { intent: 'refund' } };
    assert.partialDeepStrictEqual(event(body), { conversationId: 'c-9' });
    assert.equal(event(body).meta.extra, null);
  });

  it('takes the entity of a lead for its leadId', () => {
    const lead = event({ event_type: 'lead_captured', entity_id: 'l-1', payload: { email: 'a@example.com' } });
    assert.partialDeepStrictEqual(lead, { leadId: 'l-1', conversationId: null });
  });

  it('reads what a CMS sends', () => {
    for (const action of ['published', 'updated', 'unpublished']) {
      const article = event({ articleId: 'a-1', action, title: 'T', content: '<p>x</p>', url: 'https://x.example' });
      assert.equal(article.meta.type, `article.${action}`);
      assert.partialDeepStrictEqual(article, { articleId: 'a-1' });
    }
    const kept = event({ articleId: 'a-1', action: 'published', title: 'T', content: 'x', workflow: { step: 3 } });
    assert.deepEqual(extraOf(kept), { workflow: { step: 3 } });
    assert.deepEqual(problems({ articleId: 'a-1' }), [{ path: 'action', message: 'is required' }]);
    assert.equal(read({ articleId: 'a-1', action: 'archived' }).kind, 'skipped');
  });

  it('maps names to the catalogue: its own, the snake_case twin, and what the source adds', () => {
    const lead = { data: { email: 'a@example.com' } };
    for (const name of ['lead.captured', 'lead_captured', 'deal_won']) {
      assert.equal(event({ event: name, ...lead }).meta.type, 'lead.captured', name);
    }
    for (const name of ['lead', 'Lead.Captured', 'lead..captured', 'constructor', '__proto__', 'toString', '']) {
      assert.deepEqual(read({ event: name, ...lead }), { kind: 'skipped', name });
    }
  });

  it('skips an unknown type whatever its payload is', () => {
    assert.deepEqual(read({ event: 'bot.started' }), { kind: 'skipped', name: 'bot.started' });
  });

  it('refuses a body of no known shape', () => {
    for (const body of [{}, { type: 'x' }, { action: 'opened' }, { data: escalated }]) {
      assert.deepEqual(read(body), { kind: 'refused', refusal: { reason: 'shape', hint: undefined } });
    }
  });

  it('names what is wrong by its path in the body', () => {
    assert.deepEqual(problems({ event: 5, data: {} }), [{ path: 'event', message: 'must be a string' }]);
    assert.deepEqual(problems({ event: 'order.created' }), [{ path: 'data', message: 'is required' }]);
    assert.deepEqual(problems({ event_type: 'order.created', payload: [] }), [
      { path: 'payload', message: 'must be an object' },
    ]);
    const paths = problems({
      ...base,
      timestamp: 'yesterday',
      event_id: { x: 1 },
      data: { conversationId: 7, confidence: 2, transcript: [{ role: 'user' }, { text: 'x' }] },
    }).map(({ path }) => path);
    assert.deepEqual(paths.sort(), [
      'data.confidence',
      'data.conversationId',
      'data.transcript[1].role',
      'event_id',
      'timestamp',
    ]);
    assert.deepEqual(
      problems({ articleId: 'a', action: 'published', content: 'x' }).map(({ path }) => path),
      ['title'],
    );
  });

  it('takes the time of receipt where the sender gives none, and reads text, seconds and milliseconds', () => {
    const at = (timestamp: unknown) => event({ ...base, timestamp }).meta.occurredAt;
    assert.equal(at(undefined), receivedAt);
    assert.equal(at(null), receivedAt);
    const time = Date.UTC(2026, 0, 15, 10);
    for (const written of [
      time,
      time / 1000,
      String(time / 1000),
      '2026-01-15T11:00:00+01:00',
      '2026-01-15 10:00:00',
    ]) {
      assert.equal(at(written), time, String(written));
    }
  });

  it("identifies an event by the sender's id, else by conversation and time, else by its bytes", () => {
    const id = (body: unknown) => event(body).meta.id;
    for (const key of ['event_id', 'eventId', 'id']) assert.equal(id({ ...base, [key]: 'e-7' }), 'e-7');
    assert.equal(id({ ...base, id: 42 }), '42');
    assert.equal(id({ ...base, id: '' }), 'c-1:2026-01-15T10:00:00Z:conversation.escalated');
    const untimed = { event: 'conversation.escalated', data: escalated };
    assert.match(id(untimed), /^sha256:[0-9a-f]{64}$/);
    assert.equal(id(untimed), id(untimed));
    assert.notEqual(id(untimed), id({ ...untimed, data: { ...escalated, intent: 'other' } }));
    assert.notEqual(id(base), id({ ...base, event: 'conversation.resolved' }));
  });

  it('tells messages of one second apart', () => {
    const said = (text: string, more: object = {}) =>
      event({ ...base, event: 'message.received', data: { conversationId: 'c-1', text, ...more } }).meta.id;
    assert.notEqual(said('yes'), said('no'));
    assert.equal(said('yes', { messageId: 'm-1' }), 'c-1:m-1:message.received');
  });

  it('keeps every field that the schema does not know, in every shape', () => {
    const kept = event({
      ...base,
      id: 'e',
      tenant: 'other',
      meta: { source: 'forged' },
      data: { ...escalated, custom: { deep: [1, { x: null }] }, customer: { name: 'N', vip: true } },
    });
    assert.equal(kept.meta.tenant, 'acme');
    assert.deepEqual(extraOf(kept), {
      custom: { deep: [1, { x: null }] },
      customer: { vip: true },
      tenant: 'other',
      meta: { source: 'forged' },
    });
  });

  it('keeps both when the body and its payload use one name', () => {
    const kept = event({ ...base, note: 'outer', 'envelope.note': 'taken', data: { ...escalated, note: 'inner' } });
    assert.deepEqual(extraOf(kept), { note: 'inner', 'envelope.note': 'taken', 'envelope.envelope.note': 'outer' });
  });

  it('keeps keys that name the prototype, and pollutes nothing', () => {
    const own = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    for (const body of [
      `{"event":"conversation.escalated",${own},"data":{"conversationId":"c"}}`,
      `{"event":"conversation.escalated","data":{"conversationId":"c",${own}}}`,
      `{"articleId":"a","action":"published","title":"t","content":"c",${own}}`,
    ]) {
      assert.equal(event(body).meta.extra, `{${own}}`);
    }
    assert.equal(({} as JsonObject).polluted, undefined);
  });

  it('makes of every example an event that can be encoded', () => {
    for (const type of publicEventTypes) {
      const sent = event({ event: type, data: catalogue[type].example });
      assert.equal(sent.meta.extra, null, type);
      assert.ok(encodePayload(type, sent as never).length > 0);
    }
  });

  it('loses no field and changes no value, whatever is next to and inside the payload', () => {
    const reserved = ['event', 'data', 'timestamp', 'event_id', 'eventId', 'id', 'entity_id', 'sender_id'];
    const known = new Set([
      ...catalogue['order.created'].schema.fields.flatMap(({ name }) => [
        name,
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      ]),
      ...reserved,
    ]);
    const key = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .filter((name) => !name.includes('\\'))
      .filter((name) => !known.has(name) && !name.startsWith('envelope.'));
    const value = fc
      .jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom('a', 'é', '語', '"', '\n') })
      .filter((json) => parse(Buffer.from(`{"v":${JSON.stringify(json)}}`)).ok);
    const fields = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, maxLength: 5 });
    const text = (entries: [string, unknown][]): string =>
      entries.map(([name, json]) => `,${JSON.stringify(name)}:${JSON.stringify(json)}`).join('');
    fc.assert(
      fc.property(fields, fields, (inside, outside) => {
        const reading = read(`{"event":"order.created"${text(outside)},"data":{"orderId":"o"${text(inside)}}}`);
        // Numbers beyond 2^53 are refused rather than kept.
        if (reading.kind === 'refused') return;
        assert.equal(reading.kind, 'events');
        const [first] = reading.kind === 'events' ? reading.events : [];
        const inner = new Set(inside.map(([name]) => name));
        const expected = [
          ...inside,
          ...outside.map(([name, json]) => [inner.has(name) ? `envelope.${name}` : name, json]),
        ];
        const kept = JSON.parse(first?.event.meta.extra ?? '{}') as JsonObject;
        assert.equal(Object.keys(kept).length, expected.length);
        for (const [name, json] of expected) {
          assert.equal(JSON.stringify(kept[name as string]), JSON.stringify(json), String(name));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
