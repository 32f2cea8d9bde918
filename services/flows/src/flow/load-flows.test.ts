import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { compileFlow } from './compile/compile-flow.ts';
import type { Flow, Match } from './flow.ts';
import { loadFlows } from './load-flows.ts';

const text = readFileSync(join(import.meta.dirname, '../../flows.yaml'), 'utf8');

const eventOf = (type: string, at: number, fields: object): AnyEvent =>
  ({
    meta: { id: `${type}-${at}`, type, source: 's', tenant: 'acme', occurredAt: at, receivedAt: at, extra: null },
    ...fields,
  }) as unknown as AnyEvent;

const payment = eventOf('payment.confirmed', 1_000, { orderId: 'A-1', userId: 'u1', amount: 1234.5, currency: 'EUR' });
const stock = eventOf('inventory.reserved', 2_000, { orderId: 'A-1', userId: null, items: [{ sku: 'x' }] });

const matchOf = (flow: Flow, event: AnyEvent): Match => {
  const match = flow.match(event);
  assert.ok(match !== undefined);
  return match;
};

it('joins two events into changes and a message, and so does the stored definition', () => {
  const { flows, byType } = loadFlows([{ path: 'flows.yaml', text }]);
  const joined = flows.find(({ name }) => name === 'order-confirmed') as Flow;
  assert.deepEqual(byType.get('inventory.reserved'), [joined]);
  const stored = compileFlow(JSON.parse(JSON.stringify(joined.definition)));
  assert.equal(stored.hash, joined.hash);
  for (const flow of [joined, stored]) {
    const [first, second] = [matchOf(flow, payment), matchOf(flow, stock)];
    assert.deepEqual([first.slot, first.key, second.slot, second.key], [0, 'A-1', 1, 'A-1']);
    const { changes, effects } = flow.complete({ tenant: 'acme', key: 'A-1', slots: [first.kept, second.kept] });
    assert.deepEqual(
      changes.map(({ id, name, value, eventTime }) => [id, name, value, eventTime]),
      [
        ['u1', 'latestOrderStatus', 'confirmed', 2_000],
        ['u1', 'latestOrderId', 'A-1', 2_000],
      ],
    );
    const [effect] = effects;
    assert.ok(effect?.kind === 'message');
    assert.equal(effect.texts.en, 'Your order A-1 is confirmed.\nWe have received your payment of 1,234.5 EUR.');
    const late = flow.timeOut({ tenant: 'acme', key: 'A-1', slots: [first.kept, undefined] });
    assert.deepEqual(late?.changes.map(({ value, eventTime }) => [value, eventTime])[0], ['delayed', 1_801_000]);
  }
});

it('does not take an event whose condition is not met, or that has no correlation value', () => {
  const [flow] = loadFlows([{ path: 'flows.yaml', text }]).flows as [Flow];
  assert.equal(flow.match(eventOf('inventory.reserved', 1, { orderId: 'A-1', items: [] })), undefined);
  assert.equal(flow.match(eventOf('inventory.reserved', 1, { orderId: '', items: [{}] })), undefined);
  assert.equal(flow.match(eventOf('order.created', 1, { orderId: 'A-1' })), undefined);
});
