import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EventType, publicEventTypes, readFields } from '@switchboard/events';
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

/** What a shop, a warehouse, a helpdesk or a build server writes, and the fields that it becomes. */
const SPELLINGS: readonly [type: EventType, sent: JsonObject, fields: JsonObject][] = [
  [
    'order.created',
    { order_id: 'o', customer_id: 'c', customer_email: 'a@x.example', total_amount: '9.50' },
    { orderId: 'o', customerId: 'c', email: 'a@x.example', total: 9.5 },
  ],
  [
    'order.delivered',
    { orderId: 'o', customer_id: 'c', customer: { email: 'a@x.example', name: 'A' }, signed_by: 'B' },
    { orderId: 'o', customerId: 'c', email: 'a@x.example', customerName: 'A', receivedBy: 'B' },
  ],
  [
    'order.cancelled',
    { orderId: 'o', customerPhone: '+43660', cancel_reason: 'late', order_total: 5 },
    { orderId: 'o', phone: '+43660', reason: 'late', total: 5 },
  ],
  [
    'inventory.reserved',
    { orderId: 'o', customer: { email: 'a@x.example' }, items: [{ product_name: 'Kettle', quantity: 1 }] },
    { orderId: 'o', email: 'a@x.example' },
  ],
  [
    'payment.failed',
    { orderId: 'o', customer_email: 'a@x.example', total: '10.00', payment_method: 'card', failure_reason: 'expired' },
    { orderId: 'o', email: 'a@x.example', amount: 10, method: 'card', reason: 'expired' },
  ],
  [
    'payment.refunded',
    { orderId: 'o', customer_email: 'a@x.example', refund_amount: '4' },
    { orderId: 'o', email: 'a@x.example', amount: 4 },
  ],
  [
    'subscription.changed',
    { subscription_id: 's', customer_email: 'a@x.example', new_plan: 'Pro', old_plan: 'Free' },
    { subscriptionId: 's', email: 'a@x.example', plan: 'Pro', previousPlan: 'Free' },
  ],
  [
    'stock.changed',
    { product_id: 'p', product_name: 'Kettle', available: '0', old_quantity: 3 },
    { productId: 'p', name: 'Kettle', quantity: 0, previousQuantity: 3 },
  ],
  [
    'stock.replenished',
    { sku: 'k', product_name: 'Kettle', stock_level: 5 },
    { sku: 'k', name: 'Kettle', quantity: 5 },
  ],
  [
    'fraud.flagged',
    { orderId: 'o', score: '0.9', ip: '192.0.2.1' },
    { orderId: 'o', riskScore: 0.9, ipAddress: '192.0.2.1' },
  ],
  [
    'customer.updated',
    { customer_id: 'c', customer_email: 'a@x.example', customer_name: 'A' },
    { customerId: 'c', email: 'a@x.example', name: 'A' },
  ],
  [
    'ticket.updated',
    { ticket_id: 't', requester: { email: 'a@x.example' }, message: 'Done' },
    { ticketId: 't', email: 'a@x.example', comment: 'Done' },
  ],
  [
    'deploy.finished',
    { deployment_id: 'd', project: 'shop', env: 'live' },
    { deploymentId: 'd', service: 'shop', environment: 'live' },
  ],
  [
    'build.failed',
    { build_id: 'b', project: 'shop', error: 'tests' },
    { buildId: 'b', service: 'shop', reason: 'tests' },
  ],
  [
    'maintenance.scheduled',
    { maintenance_id: 'm', name: 'Upgrade', start_time: '1970-01-01T00:00:01Z' },
    { maintenanceId: 'm', title: 'Upgrade', startsAt: 1_000 },
  ],
  [
    'message.status',
    { message_id: 'm', customer_id: 'u', message_status: 'failed' },
    { messageId: 'm', userId: 'u', status: 'failed' },
  ],
];

describe("the platform's own mapping", () => {
  for (const [type, sent, fields] of SPELLINGS) {
    it(`reads ${type} in the spelling of its senders`, () => {
      const read = readFields(type, mapAs(type, sent).payload);
      assert.ok(read.ok, JSON.stringify(read));
      assert.partialDeepStrictEqual(read.fields, fields);
      assert.equal(read.extra, null);
    });
  }

  it('takes customerId for the chat user in what chatbot platforms send, and nowhere else', () => {
    const isOfChat = (type: EventType) => /^(conversation|message|lead)\./.test(type);
    for (const type of publicEventTypes) {
      assert.equal('userId' in mapAs(type, { customerId: 'c' }).payload, isOfChat(type), type);
    }
  });

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
