import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nearMiss } from './near-miss.ts';

const CASES: readonly [name: string, meant: string | undefined][] = [
  ['order.create', 'order.created'],
  ['orders.created', 'order.created'],
  ['Order.Created', 'order.created'],
  ['OrderCreated', 'order.created'],
  ['created.order', 'order.created'],
  ['order-created', 'order.created'],
  ['conversation.escalate', 'conversation.escalated'],
  ['mesage.recieved', undefined],
  ['message.recieved', 'message.received'],
  ['article.unpublish', 'article.unpublished'],
  ['order.updated', undefined],
  ['bot.started', undefined],
  ['', undefined],
  ['…', undefined],
];

for (const [name, meant] of CASES) {
  it(`${JSON.stringify(name)} ${meant === undefined ? 'is near no event type' : `probably means ${meant}`}`, () => {
    assert.equal(nearMiss(name), meant);
  });
}

it('a hostile name of 10 kB is not compared', () => {
  assert.equal(nearMiss(`order.created${'.'.repeat(10_000)}`), undefined);
  assert.equal(nearMiss('aB'.repeat(5_000)), undefined);
});
