import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventOf } from '../../fixtures/events.ts';
import { bodiesOf } from '../../fixtures/office.ts';
import { setStage } from '../../fixtures/stage.ts';

const stage = setStage();
const { open, prefer } = stage;
const reached = (): string[] => bodiesOf(stage.sandbox, 'chat').map((body) => body.user_id ?? '');
const NOBODY = { userId: null, customerId: null, email: null, phone: null };

describe('the buyer of an order', () => {
  const placed = (fields: object) =>
    eventOf('order.created', 'e-1', stage.clock, { ...NOBODY, orderId: 'o-1', ...fields });
  const refunded = (id: string, orderId = 'o-1', phone: string | null = null) =>
    eventOf('payment.refunded', id, stage.clock, { ...NOBODY, orderId, phone });

  it('a delivery and a refund without a person reach the buyer of the order', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    await office.handle(placed({ customerId: '4711', email: 'jane@example.com' }));
    await office.handle(eventOf('order.delivered', 'e-2', stage.clock, { ...NOBODY, orderId: 'o-1' }));
    await office.handle(refunded('e-3', 'o-1', '555-SHIP'));
    assert.deepEqual(reached(), ['jane', 'jane', 'jane']);
  });

  it('a buyer who is known only later is found', async () => {
    const office = await open();
    assert.equal(await office.handle(placed({ email: 'jane@example.com' })), 'no_recipient');
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    await office.handle(refunded('e-2'));
    assert.deepEqual(reached(), ['jane']);
  });

  it('the buyer does not hear of what names another person, another order, source or tenant', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    await office.handle(placed({ userId: 'jane' }));
    const event = refunded('e-2');
    for (const other of [
      refunded('e-3', 'o-1', '+43660123456'),
      refunded('e-4', 'o-2'),
      { ...event, meta: { ...event.meta, source: 'other' } },
      { ...event, meta: { ...event.meta, tenant: 'other' } },
    ]) {
      assert.equal(await office.handle(other), 'no_recipient');
    }
    assert.deepEqual(reached(), ['jane']);
  });

  for (const [kind, value] of [
    ['user', 'jane'],
    ['email', 'jane@example.com'],
  ]) {
    it(`forgets the orders of a person who is erased by ${kind}`, async () => {
      const office = await open();
      await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
      await office.handle(placed({ email: 'jane@example.com' }));
      const kept = () => stage.place.redis.keys(`${stage.place.name}:buyers:*`);
      assert.equal((await kept()).length, 2);
      const headers = { authorization: 'Bearer acme-key-0123456789' };
      await office.http.inject({ method: 'DELETE', url: `/v1/people/${kind}/${value}`, headers });
      assert.deepEqual(await kept(), []);
      assert.equal(await office.handle(refunded('e-2')), 'no_recipient');
    });
  }
});
