import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventOf } from '../../fixtures/events.ts';
import { bodiesOf } from '../../fixtures/office.ts';
import { setStage } from '../../fixtures/stage.ts';

const stage = setStage();
const { open, prefer, shipped } = stage;
const reached = (): string[] => bodiesOf(stage.sandbox, 'chat').map((body) => body.user_id ?? '');
const nameless = { userId: null, email: null, phone: null };

describe('who is who', () => {
  it('an order with only the e-mail of a person who agreed reaches the person', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    await office.handle(shipped('e-1', { ...nameless, email: 'Jane@Example.com' }));
    assert.deepEqual(reached(), ['jane']);
    assert.equal(await office.handle(shipped('e-2', { ...nameless, email: 'john@example.com' })), 'no_recipient');
  });

  it('an order with only the customer id reaches the person whom an earlier order named', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    const customer = { ...nameless, customerId: '4711' };
    assert.equal(await office.handle(shipped('e-1', customer)), 'no_recipient');
    await office.handle(eventOf('order.created', 'e-2', stage.clock, { ...customer, email: 'jane@example.com' }));
    await office.handle(shipped('e-3', customer));
    assert.deepEqual(reached(), ['jane', 'jane']);
  });

  it('learns from leads, escalations, ends of conversations and customers', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    const none = { email: null, phone: null, userId: null };
    await office.handle(
      eventOf('lead.captured', 'e-1', stage.clock, { ...none, userId: 'jane', email: 'j@x.example' }),
    );
    await office.handle(
      eventOf('conversation.escalated', 'e-2', stage.clock, { userId: 'jane', customer: { phone: '+43 660 123456' } }),
    );
    await office.handle(
      eventOf('customer.updated', 'e-3', stage.clock, { ...none, userId: 'jane', customerId: 'crm-1' }),
    );
    for (const type of ['conversation.resolved', 'conversation.unresolved'] as const) {
      const customer = { email: `${type}@x.example`, phone: null };
      await office.handle(eventOf(type, type, stage.clock, { userId: 'jane', customer }));
    }
    await office.handle(shipped('e-7', { ...nameless, email: 'conversation.resolved@x.example' }));
    await office.handle(shipped('e-8', { ...nameless, email: 'conversation.unresolved@x.example' }));
    await office.handle(shipped('e-4', { ...nameless, email: 'j@x.example' }));
    await office.handle(shipped('e-5', { ...nameless, phone: '+43660123456' }));
    await office.handle(shipped('e-6', { ...nameless, customerId: 'crm-1' }));
    assert.deepEqual(reached(), Array(5).fill('jane'));
  });

  it("a guest's order does not reach the person who has the same phone number", async () => {
    const office = await open();
    await prefer(office, 'alice', { chat: true }, { email: 'alice@example.com' });
    const home = { ...nameless, phone: '+43660123456' };
    await office.handle(shipped('e-1', { ...home, email: 'alice@example.com' }));
    const guests = { ...home, email: 'bob@example.com' };
    assert.equal(await office.handle(shipped('e-2', guests)), 'no_recipient');
    await office.handle(shipped('e-3', { ...home, email: 'alice@example.com' }));
    assert.deepEqual(reached(), ['alice', 'alice']);
  });

  it('an e-mail of two people reaches neither', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { email: 'home@example.com' });
    await prefer(office, 'john', { chat: true }, { email: 'home@example.com' });
    assert.equal(await office.handle(shipped('e-1', { ...nameless, email: 'home@example.com' })), 'no_recipient');
    assert.deepEqual(reached(), []);
  });
});
