import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createKeyQueues } from './key-queues.ts';

it('keeps the order of each key, does not block other keys, and loses no item', () => {
  const command = fc.record({ orderKey: fc.constantFrom('a', 'b', 'c'), finish: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 1_500 }), (commands) => {
      const ready: { orderKey: string; number: number }[] = [];
      const finished: { orderKey: string; number: number }[] = [];
      const keyQueues = createKeyQueues<{ orderKey: string; number: number }>((item) => ready.push(item));
      const finish = (at: number): void => {
        const [item] = ready.splice(at, 1);
        if (item === undefined) return;
        finished.push(item);
        keyQueues.leave(item);
      };
      for (const [number, { orderKey, finish: at }] of commands.entries()) {
        keyQueues.add({ orderKey, number });
        assert.equal(new Set(ready.map((item) => item.orderKey)).size, ready.length, 'one item of a key at a time');
        if (at > 2) finish(at % Math.max(ready.length, 1));
      }
      while (ready.length > 0) finish(0);
      assert.equal(finished.length, commands.length);
      assert.equal(keyQueues.size, 0);
      for (const orderKey of ['a', 'b', 'c']) {
        const numbers = finished.filter((item) => item.orderKey === orderKey).map((item) => item.number);
        assert.deepEqual(
          numbers,
          numbers.toSorted((one, other) => one - other),
        );
      }
    }),
    { numRuns: 100 },
  );
});

it('ignores a leave of an item that is not the head', () => {
  const ready: number[] = [];
  const keyQueues = createKeyQueues<{ orderKey: string; number: number }>(({ number }) => ready.push(number));
  const [first, second, third] = [1, 2, 3].map((number) => ({ orderKey: 'a', number })) as [Item, Item, Item];
  const stranger = { orderKey: 'b', number: 4 };
  for (const item of [first, second, third]) keyQueues.add(item);
  keyQueues.leave(third);
  keyQueues.leave(stranger);
  assert.deepEqual([ready, keyQueues.size], [[1], 3]);
  keyQueues.leave(first);
  keyQueues.leave(first);
  assert.deepEqual([ready, keyQueues.size], [[1, 2], 2]);
  keyQueues.leave(second);
  keyQueues.leave(third);
  keyQueues.leave(third);
  assert.deepEqual([ready, keyQueues.size], [[1, 2, 3], 0]);
});

interface Item {
  readonly orderKey: string;
  readonly number: number;
}

it('serves a key with very many items', () => {
  const ready: { orderKey: string; number: number }[] = [];
  const keyQueues = createKeyQueues<{ orderKey: string; number: number }>((item) => ready.push(item));
  const numbers = Array.from({ length: 1_000 }, (_, number) => number);
  for (const number of numbers) keyQueues.add({ orderKey: 'a', number });
  for (const at of numbers) keyQueues.leave(ready[at] as (typeof ready)[0]);
  assert.deepEqual(
    ready.map(({ number }) => number),
    numbers,
  );
  assert.equal(keyQueues.size, 0);
});
