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
