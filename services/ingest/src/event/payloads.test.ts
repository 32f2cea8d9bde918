import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyEvent, EventType } from '@switchboard/events';
import { compileMapping, type Json, providers } from '@switchboard/providers';
import { sentPayloads } from '@switchboard/providers/fixtures';
import { parse } from './json/parse.ts';
import { readEvents } from './read-events.ts';

const NOW = Date.UTC(2026, 2, 30);
const source = { name: 'chatbot', tenant: 'acme', mapping: compileMapping(providers.platform.mapping) };

function eventOf(body: unknown): AnyEvent {
  const bytes = Buffer.from(JSON.stringify(body).replaceAll('"@now"', String(NOW / 1_000)));
  const parsed = parse(bytes);
  assert.ok(parsed.ok);
  const item = { json: parsed.value as Json, bytes, index: undefined };
  const reading = readEvents(item, { source, headers: {}, receivedAt: NOW });
  assert.equal(reading.kind, 'events', JSON.stringify(reading));
  const [read, ...more] = reading.kind === 'events' ? reading.events : [];
  assert.deepEqual(more, []);
  return read?.event ?? assert.fail();
}

const article = { articleId: 'kb-1', title: 'Zebra crossing policy' };

/** By payload, what its events must say, and what is left in `meta.extra`. */
const EXPECTED: Readonly<Record<string, readonly [type: EventType, fields: object, extra?: object][]>> = {
  'article-again': [
    ['article.published', { ...article, url: 'https://example.com/z' }],
    ['article.unpublished', { articleId: 'kb-1' }],
    ['article.published', article],
  ],
  'ended-resolved': [
    [
      'conversation.resolved',
      {
        conversationId: 'conv-e1',
        customer: { email: 'ended1@example.com' },
        intent: 'shipping_status',
        sessionDuration: 33,
        transcript: [{ role: 'user', text: 'Thanks' }],
      },
      { metadata: { resolved: true } },
    ],
  ],
  'ended-unresolved': [
    [
      'conversation.unresolved',
      { customer: { email: 'open1@example.com' }, intent: 'billing', sessionDuration: 3, transcript: [] },
      { metadata: { resolved: false } },
    ],
  ],
  escalation: [
    [
      'conversation.escalated',
      {
        conversationId: 'conv-a1',
        userId: 'cust-1',
        customer: { email: 'test1@example.com', name: 'Tess Ter' },
        transcript: [
          { role: 'user', text: 'I need help 1' },
          { role: 'assistant', text: 'Let me connect you with a human agent.' },
        ],
        confidence: 0.25,
        reason: 'low_confidence',
        intent: 'general_inquiry',
        sessionDuration: 45,
      },
    ],
  ],
  'escalation-requested': [
    [
      'conversation.escalated',
      {
        customer: { email: 'user1@example.com' },
        confidence: 0.32,
        reason: 'customer_requested',
        intent: 'shipping_complaint',
      },
    ],
  ],
  'escalation-snake': [
    [
      'conversation.escalated',
      {
        conversationId: 'conv-s1',
        customer: { email: 'snake1@example.com' },
        transcript: [{ role: 'user', text: 'Snake 1' }],
        confidence: 0.1,
        reason: 'customer_frustrated',
        intent: 'billing_refund',
        sessionDuration: 12,
      },
    ],
  ],
  'lead-captured': [
    [
      'lead.captured',
      {
        conversationId: 'conv-l1',
        email: 'lead1@example.com',
        name: 'Bo Li',
        company: 'Example Ltd',
        intent: 'pricing',
      },
    ],
  ],
  'message-twice': [
    ['message.received', { userId: 'user-1', text: 'yes' }],
    ['message.received', { userId: 'user-1', text: 'yes' }],
  ],
  'new-order': [
    [
      'preference.updated',
      { userId: 'user-o1', channels: { chat: true }, topics: { 'order.created': true, 'order.shipped': true } },
    ],
    [
      'order.created',
      {
        orderId: 'o-1',
        userId: 'user-o1',
        email: 'a1@example.com',
        total: 10,
        currency: 'EUR',
        items: [{ name: 'Kettle', quantity: 1 }],
      },
      { schema_version: '1' },
    ],
    [
      'order.shipped',
      { orderId: '91', userId: 'user-o1', trackingNumber: '1Z1', status: 'Shipped' },
      { schema_version: '1' },
    ],
  ],
};

const payloads = await sentPayloads('1');

describe('a payload as its sender sends it', () => {
  it('is expected to say something, each of them', () => {
    assert.deepEqual(payloads.map(({ name }) => name).sort(), Object.keys(EXPECTED).sort());
  });

  for (const { name, note, steps } of payloads) {
    it(`${name}: ${note}`, () => {
      const events = steps.map(({ body }) => eventOf(body));
      for (const [index, event] of events.entries()) {
        const [type, fields, extra = null] = EXPECTED[name]?.[index] ?? assert.fail(`${name} has no event ${index}`);
        assert.equal(event.meta.type, type);
        assert.partialDeepStrictEqual(event, fields);
        assert.deepEqual(JSON.parse(event.meta.extra ?? 'null'), extra);
      }
    });
  }
});
