import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import fc from 'fast-check';
import { createDelayQueue } from './delay-queue.ts';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 }));
afterEach(() => mock.timers.reset());

interface Item {
  dueAt: number;
  name: number;
}

it('passes on every item when it is due, the earliest first, and equal times in order of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 100 }), (delays) => {
      const seen: Item[] = [];
      const queue = createDelayQueue<Item>(
        ({ dueAt }) => dueAt,
        (item) => {
          assert.ok(item.dueAt <= Date.now());
          seen.push(item);
        },
      );
      const start = Date.now();
      for (const [name, delay] of delays.entries()) queue.add({ dueAt: start + delay, name });
      for (let passed = 0; passed < 500; passed += 25) {
        mock.timers.tick(25);
        assert.equal(seen.length, delays.filter((delay) => start + delay <= Date.now()).length);
      }
      const expected = delays
        .map((delay, name) => ({ dueAt: start + delay, name }))
        .sort((one, other) => one.dueAt - other.dueAt || one.name - other.name);
      assert.deepEqual(seen, expected);
      assert.equal(queue.size, 0);
    }),
    { numRuns: 50 },
  );
});

it('drops all items when it is cleared', () => {
  const seen: Item[] = [];
  const queue = createDelayQueue<Item>(
    ({ dueAt }) => dueAt,
    (item) => seen.push(item),
  );
  queue.add({ dueAt: Date.now() + 10, name: 1 });
  queue.clear();
  mock.timers.tick(20);
  assert.deepEqual(seen, []);
  queue.add({ dueAt: Date.now() + 10, name: 2 });
  mock.timers.tick(20);
  assert.equal(seen.length, 1);
});
