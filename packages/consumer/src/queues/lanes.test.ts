import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createLanes } from './lanes.ts';

it('keeps the order of each key, lets other keys pass, and loses nothing', () => {
  const command = fc.record({ lane: fc.constantFrom('a', 'b', 'c'), finish: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 1_500 }), (commands) => {
      const ready: { lane: string; number: number }[] = [];
      const finished: { lane: string; number: number }[] = [];
      const lanes = createLanes<{ lane: string; number: number }>((item) => ready.push(item));
      const finish = (at: number): void => {
        const [item] = ready.splice(at, 1);
        if (item === undefined) return;
        finished.push(item);
        lanes.leave(item);
      };
      for (const [number, { lane, finish: at }] of commands.entries()) {
        lanes.add({ lane, number });
        assert.equal(new Set(ready.map((item) => item.lane)).size, ready.length, 'one item of a lane at a time');
        if (at > 2) finish(at % Math.max(ready.length, 1));
      }
      while (ready.length > 0) finish(0);
      assert.equal(finished.length, commands.length);
      assert.equal(lanes.size, 0);
      for (const lane of ['a', 'b', 'c']) {
        const numbers = finished.filter((item) => item.lane === lane).map((item) => item.number);
        assert.deepEqual(
          numbers,
          numbers.toSorted((one, other) => one - other),
        );
      }
    }),
    { numRuns: 100 },
  );
});

it('ignores a leave that is not of the head: the item that runs stays alone in its lane', () => {
  const ready: number[] = [];
  const lanes = createLanes<{ lane: string; number: number }>(({ number }) => ready.push(number));
  const [first, second, third] = [1, 2, 3].map((number) => ({ lane: 'a', number })) as [Item, Item, Item];
  const stranger = { lane: 'b', number: 4 };
  for (const item of [first, second, third]) lanes.add(item);
  lanes.leave(third);
  lanes.leave(stranger);
  assert.deepEqual([ready, lanes.size], [[1], 3]);
  lanes.leave(first);
  lanes.leave(first);
  assert.deepEqual([ready, lanes.size], [[1, 2], 2]);
  lanes.leave(second);
  lanes.leave(third);
  lanes.leave(third);
  assert.deepEqual([ready, lanes.size], [[1, 2, 3], 0]);
});

interface Item {
  readonly lane: string;
  readonly number: number;
}
