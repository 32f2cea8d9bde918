import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EventType, publicEventTypes } from '@switchboard/events';
import fc from 'fast-check';
import { asJson } from '../../fixtures/as-json.ts';
import { compileMapping } from '../mapping/compile-mapping.ts';
import type { JsonObject } from '../provider.ts';
import { platformMapping } from './platform-mapping.ts';

const mapping = compileMapping(platformMapping);

function mapAs(type: EventType, data: JsonObject) {
  const mapped = mapping.map({ body: { event: type, data }, headers: {} });
  assert.equal(mapped.kind, 'events', JSON.stringify(mapped));
  const [event] = mapped.kind === 'events' ? mapped.events : [];
  return event ?? assert.fail();
}

const map = (data: JsonObject) => mapAs('conversation.escalated', data);

describe("the platform's own mapping", () => {
  it('moves flat and nested fields in either spelling, and renames those of list items', () => {
    const { payload } = map({
      conversationId: 'c-1',
      customerId: 4711,
      customer_email: 'a@example.com',
      customerName: 'A',
      messages: [{ role: 'user', content: 'hi' }, { role: 'assistant', text: 'hello' }, 'odd'],
      metadata: { agent_confidence: '0.25', escalationReason: 'low_confidence', shard: 7 },
    });
    assert.deepEqual(asJson(payload), {
      conversationId: 'c-1',
      userId: '4711',
      customer: { email: 'a@example.com', name: 'A' },
      transcript: [{ role: 'user', text: 'hi' }, { role: 'assistant', text: 'hello' }, 'odd'],
      confidence: '0.25',
      reason: 'low_confidence',
      metadata: { shard: 7 },
    });
  });

  it('prefers what stands where the schema wants it, and leaves the other copy', () => {
    const sent = {
      intent: 'refund',
      metadata: { detectedIntent: 'other' },
      customer: { email: 'a@x.example' },
      customerEmail: 'b@x.example',
    };
    assert.deepEqual(map(sent).payload, sent);
  });

  it('leaves values that the field cannot hold', () => {
    const sent = {
      customerEmail: { home: 'a@x.example' },
      messages: 'hi',
      metadata: { agentConfidence: [1], detectedIntent: '' },
    };
    assert.deepEqual(map(sent).payload, sent);
  });

  it('costs a payload in the names of the catalogue nothing', () => {
    const sent = { conversationId: 'c-1', intent: 'refund', customer: { email: 'a@x.example' } };
    assert.equal(map(sent).payload, sent);
  });

  it('knows under which path a field was sent', () => {
    const { sentAs } = map({
      customerEmail: 'x',
      messages: [{ role: 'user', content: 'hi' }],
      metadata: { agentConfidence: 5 },
    });
    assert.equal(sentAs('customer.email'), 'data.customerEmail');
    assert.equal(sentAs('transcript'), 'data.messages');
    assert.equal(sentAs('transcript[0].text'), 'data.messages[0].content');
    assert.equal(sentAs('transcript[0].role'), 'data.messages[0].role');
    assert.equal(sentAs('confidence'), 'data.metadata.agentConfidence');
    assert.equal(sentAs('intent'), 'data.intent');
    assert.equal(sentAs('["a b"]'), 'data["a b"]');
  });

  it('loses nothing and throws at nothing, whatever is sent', () => {
    const name = fc.constantFrom(
      'customerEmail',
      'customer',
      'customer_id',
      'messages',
      'transcript',
      'metadata',
      'items',
      'content',
      'detectedIntent',
      'email',
      'text',
      '__proto__',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, '', 'x', 7, true),
        fc.array(tie('any'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.array(fc.tuple(name, tie('any')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    })).object as fc.Arbitrary<JsonObject>;
    fc.assert(
      fc.property(fc.constantFrom(...publicEventTypes), value, (type, sent) => {
        const before = JSON.stringify(sent);
        const { payload, sentAs } = mapAs(type, sent);
        assert.equal(JSON.stringify(sent), before, 'what was sent is not changed');
        assert.deepEqual(leavesOf(asJson(payload)), leavesOf(sent));
        for (const key of Object.keys(payload)) assert.equal(typeof sentAs(key), 'string');
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The values at the ends of all paths, in order. Ids that were numbers count as their text; null and '' are absent. */
function leavesOf(value: unknown): string[] {
  if (value === null || value === '') return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(leavesOf).sort();
}
