import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Intent, understand } from './intent.ts';

const order = (orderId: string): Intent => ({ kind: 'order-status', orderId });
const cancel: Intent = { kind: 'cancel-subscription' };
const plan = (name: string): Intent => ({ kind: 'update-subscription', plan: name });
const search = (query: string): Intent => ({ kind: 'search-knowledge', query });
const kind = (name: 'talk-to-person' | 'about-me' | 'yes' | 'no' | 'greeting' | 'thanks' | 'unknown'): Intent => ({
  kind: name,
});

const CASES: [said: string, intent: Intent][] = [
  ['Where is order 1001?', order('1001')],
  ['where is my order #1001', order('1001')],
  ['What about order number 2001 ?', order('2001')],
  ['Where is order order-1a2b3c4d?', order('order-1a2b3c4d')],
  ['Has order no. A-17 left?', order('A-17')],
  ['1001', order('1001')],
  ['#1002', order('1002')],
  ['Where is my order?', { kind: 'which-order' }],
  ['Has my parcel been shipped?', { kind: 'which-order' }],
  ['Is my subscription still active?', { kind: 'subscription-status' }],
  ['when does my plan renew?', { kind: 'subscription-status' }],
  ['Cancel my subscription', cancel],
  ['please  CANCEL\nthe plan!', cancel],
  ['Upgrade my subscription', plan('Business')],
  ['Upgrade to Team', plan('Team')],
  ['Switch my subscription from team to starter', plan('Starter')],
  ['Change my plan', { kind: 'which-plan' }],
  ['Downgrade', { kind: 'which-plan' }],
  ['How do I return an item?', search('How do I return an item')],
  ['How do I cancel my subscription?', search('How do I cancel my subscription')],
  ['Search for return policy', search('return policy')],
  ['I want to talk to a person', kind('talk-to-person')],
  ['How can I speak to someone?', kind('talk-to-person')],
  ['Ticket: my kettle is broken', { kind: 'create-ticket', subject: 'my kettle is broken' }],
  ['Open a ticket about my kettle', { kind: 'create-ticket', subject: 'my kettle' }],
  ['Create a ticket', { kind: 'create-ticket', subject: 'Create a ticket' }],
  ['What do you know about me?', kind('about-me')],
  ['Yes', kind('yes')],
  ['ok!', kind('yes')],
  ['No.', kind('no')],
  ['No thanks', kind('no')],
  ['Hello', kind('greeting')],
  ['thank you', kind('thanks')],
  ['🤷', kind('unknown')],
  ['', kind('unknown')],
  ['<script>alert(1)</script>', kind('unknown')],
];

for (const [said, intent] of CASES) {
  it(`understands "${said}"`, () => assert.deepEqual(understand(said), intent));
}

it('answers at once to a long text that nearly matches', () => {
  const startedAt = performance.now();
  for (const part of ['talk ', 'cancel ', 'order ', 'what ', 'search ']) understand(part.repeat(2_000 / part.length));
  assert.ok(performance.now() - startedAt < 5_000);
});
