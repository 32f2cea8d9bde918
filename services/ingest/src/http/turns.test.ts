import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { createTurns } from './turns.ts';

it('one caller goes on in each turn of the event loop, in their order, and what else is ready runs between', async () => {
  const turn = createTurns();
  const order: string[] = [];
  const callers = ['a', 'b', 'c'].map((name) => turn().then(() => order.push(name)));
  let turns = 0;
  while (order.length < 3) {
    const before = order.length;
    await turnOfLoop();
    turns += 1;
    assert.ok(order.length - before <= 1, order.join());
  }
  await Promise.all(callers);
  assert.ok(turns >= 3);
  assert.deepEqual(order, ['a', 'b', 'c']);
  await turn();
});
