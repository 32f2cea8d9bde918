import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ConsumedRecord } from '../assignment/record.ts';
import { aboutOf } from './about.ts';

const cases: readonly [type: string, fields: object | undefined, about: string][] = [
  ['conversation.escalated', { conversationId: 'conv-4711' }, 'conversation conv-4711'],
  ['order.created', { orderId: 'A-1', email: 'jane@example.org' }, 'order A-1'],
  ['lead.captured', { conversationId: null, leadId: null, email: 'jane@example.org' }, 'email [e-mail]'],
  ['conversation.escalated', undefined, 'event e-1'],
  ['no.such', { conversationId: 'conv-1' }, 'event e-1'],
];

for (const [type, fields, about] of cases) {
  it(`${type} with ${JSON.stringify(fields)} is about ${about}`, () => {
    const reading = (fields && { meta: {}, ...fields }) as unknown as ConsumedRecord['reading'];
    assert.equal(aboutOf({ type, identity: 'e-1', reading }), about);
  });
}
