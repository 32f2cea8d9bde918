import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bareEscalation, escalation } from '../fixtures/escalation.ts';
import { ticketFor as ticketWith } from './on-conversation-escalated.ts';

const ticketFor = (event: Parameters<typeof ticketWith>[0]) => ticketWith(event, 'AI Agent');

describe('the ticket of an escalation', () => {
  it('tells the agent what is known', () => {
    const ticket = ticketFor(escalation('evt-1'));
    assert.equal(ticket.subject, '[Chatbot Escalation] refund');
    assert.equal(ticket.priority, 'high');
    assert.deepEqual(ticket.tags, ['chatbot-escalation', 'refund']);
    assert.deepEqual(ticket.fields, {
      conversation_id: 'conv-20260115-4711',
      escalation_reason: 'customer_frustrated',
      ai_confidence: 0.15,
      session_duration: 312,
    });
    const facts = Object.fromEntries(ticket.facts.map(({ label, value }) => [label, value]));
    assert.equal(facts.Confidence, '15 %');
    assert.equal(facts.Duration, '5 min 12 s');
    assert.equal(facts.Started, '2026-01-15 10:24:48 UTC');
    assert.equal(facts.Customer, 'Jane Doe');
    assert.equal(ticket.transcript.length, 4);
  });

  it('calls the speakers what agents call them', () => {
    const roles = ['user', 'assistant', 'Assistant', 'ai', 'bot', 'human', 'agent', 'system', 'supervisor'];
    const transcript = roles.map((role) => ({ role, text: 'x', timestamp: null }));
    assert.deepEqual(
      ticketFor(bareEscalation({ transcript })).transcript.map(({ role }) => role),
      ['Customer', 'AI Agent', 'AI Agent', 'AI Agent', 'AI Agent', 'Agent', 'Agent', 'System', 'supervisor'],
    );
    assert.equal(ticketWith(bareEscalation({ transcript }), 'Botty').transcript[1]?.role, 'Botty');
  });

  it('names a person without a name Customer, never by the address', () => {
    const customer = { name: null, email: 'jane@example.com', phone: null, company: null };
    assert.equal(ticketFor(bareEscalation({ customer })).origin.requester.name, 'Customer');
  });

  for (const [priority, fields] of [
    ['high', { confidence: 0.29 }],
    ['normal', { confidence: 0.3 }],
    ['normal', { confidence: null }],
    ['high', { confidence: 0.9, reason: 'customer_frustrated' }],
    ['normal', { reason: 'low_confidence' }],
  ] as const) {
    it(`is ${priority} for ${JSON.stringify(fields)}`, () => {
      assert.equal(ticketFor(bareEscalation(fields)).priority, priority);
    });
  }

  it('is made of very little', () => {
    const ticket = ticketFor(bareEscalation());
    assert.equal(ticket.subject, '[Chatbot Escalation] unknown');
    assert.deepEqual(ticket.tags, ['chatbot-escalation']);
    assert.deepEqual(ticket.facts, [{ label: 'Conversation', value: 'conv-1' }]);
    assert.equal(ticket.origin.requester.name, 'Customer');
  });

  for (const [intent, tag] of [
    ['refund', 'refund'],
    ['cancel_subscription', 'cancel_subscription'],
    ['Billing: question <b>!', 'billing-question-b'],
    ['Rückgabe', 'rückgabe'],
    ['"; DROP', 'drop'],
    ['😀', undefined],
    [`${'a'.repeat(31)} b`, 'a'.repeat(31)],
  ] as const) {
    it(`tags ${JSON.stringify(intent)} as ${tag}`, () => {
      assert.deepEqual(ticketFor(bareEscalation({ intent })).tags, ['chatbot-escalation', ...(tag ? [tag] : [])]);
    });
  }

  it('has a subject on one line, whatever the intent holds', () => {
    const { subject } = ticketFor(bareEscalation({ intent: `\u202Eevil\n<b>\0${'x'.repeat(100_000)}` }));
    assert.match(subject, /^\[Chatbot Escalation\] evil <b>x+ … \(\d+ characters left out\) … x+$/);
    assert.ok(subject.length <= 150);
  });

  it('isolates what is written from right to left', () => {
    const { subject } = ticketFor(bareEscalation({ intent: 'החזר כספי' }));
    assert.equal(subject, '[Chatbot Escalation] \u2068החזר כספי\u2069');
  });

  for (const email of ['jane', 'jane@', 'jane@shop', '@example.com', 'a b@example.com', 'a@b.com\nBcc: c@d.com', '']) {
    it(`has no requester's address when it is ${JSON.stringify(email)}`, () => {
      const customer = { name: null, email, phone: null, company: null };
      assert.equal(ticketFor(bareEscalation({ customer })).origin.requester.email, undefined);
    });
  }
});
