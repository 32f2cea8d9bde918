import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createPriorityQueue } from './priority-queue.ts';

it('drops the items that match, and keeps the order of the others', () => {
  const queue = createPriorityQueue<number>();
  for (let number = 0; number < 3_000; number += 1) queue.join(number, number % 5 === 0);
  for (let number = 0; number < 1_500; number += 1) queue.next();
  const isOdd = (number: number): boolean => number % 2 === 1;
  const dropped = queue.drop(isOdd);
  assert.ok(dropped.length > 0 && dropped.every(isOdd));
  const left: (number | undefined)[] = [];
  while (queue.length > 0) left.push(queue.next());
  assert.equal(left.length + dropped.length, 1_500);
  assert.deepEqual(
    left,
    left.toSorted((one = 0, other = 0) => one - other),
  );
});

it('serves urgent items first, and each kind in the order of joining', () => {
  const joins = fc.array(fc.record({ urgent: fc.boolean(), thenTake: fc.nat(3) }), { maxLength: 5_000 });
  fc.assert(
    fc.property(joins, (steps) => {
      const queue = createPriorityQueue<{ number: number; urgent: boolean }>();
      const model: { number: number; urgent: boolean }[] = [];
      for (const [number, { urgent, thenTake }] of steps.entries()) {
        queue.join({ number, urgent }, urgent);
        model.push({ number, urgent });
        for (let taken = 0; taken < thenTake; taken += 1) {
          const index = Math.max(
            model.findIndex((item) => item.urgent),
            0,
          );
          assert.deepEqual(queue.next(), model.splice(index, 1)[0]);
        }
        assert.equal(queue.length, model.length);
        assert.equal(queue.urgent, model.filter((item) => item.urgent).length);
      }
    }),
    { numRuns: 30 },
  );
});

it('does not keep an item in memory that has left', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const queue = createPriorityQueue<object>();
  queue.join({}, false);
  queue.join({}, false);
  const taken = new WeakRef(queue.next() as object);
  // A WeakRef keeps its target until the current job has ended.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  assert.equal(taken.deref(), undefined);
  assert.equal(queue.length, 1);
});
