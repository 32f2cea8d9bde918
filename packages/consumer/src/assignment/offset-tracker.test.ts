import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createOffsetTracker } from './offset-tracker.ts';

describe('offset tracker', () => {
  it('stays before the oldest unfinished record when later records finish', () => {
    const tracker = createOffsetTracker(10);
    const entries = [10, 11, 12].map((offset) => tracker.add(offset));
    assert.equal(tracker.position(), 10);
    for (const entry of entries.slice(1)) entry.done = true;
    assert.equal(tracker.position(), 10);
    assert.equal(tracker.pending, 3);
    assert.deepEqual(tracker.unfinished(), [entries[0]]);
    if (entries[0]) entries[0].done = true;
    assert.equal(tracker.position(), 13);
    assert.equal(tracker.pending, 0);
    assert.deepEqual(tracker.unfinished(), []);
  });

  it('never passes an unfinished record and never lags behind, in any order and with gaps in the log', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3_000 }),
        fc.infiniteStream(fc.nat()),
        (gaps, random) => {
          let offset = 100;
          const tracker = createOffsetTracker(offset);
          const entries = gaps.map((gap) => {
            offset += gap;
            return tracker.add(offset);
          });
          const unfinished = [...entries];
          while (unfinished.length > 0) {
            const at = (random.next().value ?? 0) % Math.min(unfinished.length, 50);
            const [entry] = unfinished.splice(at, 1);
            if (entry) entry.done = true;
            const oldest = unfinished[0];
            const before = oldest ? entries[entries.indexOf(oldest) - 1] : entries.at(-1);
            if (unfinished.length % 97 === 0) assert.equal(tracker.position(), before ? before.offset + 1 : 100);
          }
          assert.equal(tracker.position(), offset + 1);
        },
      ),
      { numRuns: 30 },
    );
  });
});
