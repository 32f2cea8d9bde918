import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Look, nextNumber } from './autoscaler.ts';

const at = (time: number, wanted: number): Look => ({ at: time, wanted });

describe('the autoscaler', () => {
  it('keeps the number within a tenth, and never leaves its bounds', () => {
    assert.equal(nextNumber([at(0, 2.1)], [at(0, 2)], 12), 2);
    assert.equal(nextNumber([at(0, 0.1)], [at(0, 2)], 12), 2);
    assert.equal(nextNumber([at(40, 40)], [at(0, 4)], 12), 12);
  });

  it('adds at most three times as many in 30 s', () => {
    assert.equal(nextNumber([at(40, 40)], [at(0, 2)], 100), 8);
    assert.equal(nextNumber([at(50, 40)], [at(0, 2), at(40, 8)], 100), 8);
    assert.equal(nextNumber([at(80, 40)], [at(0, 2), at(40, 8)], 100), 32);
  });

  it('removes one every five minutes, after ten minutes without a need for it', () => {
    const quiet = Array.from({ length: 200 }, (_, index) => at(index * 10, 2));
    const until = (time: number) => quiet.filter((look) => look.at <= time);
    assert.equal(nextNumber(until(590), [at(0, 8)], 12), 8);
    assert.equal(nextNumber(until(600), [at(0, 8)], 12), 7);
    assert.equal(nextNumber(until(700), [at(0, 8), at(600, 7)], 12), 7);
    assert.equal(nextNumber(until(900), [at(0, 8), at(600, 7)], 12), 6);
    const busy = [...until(600), at(605, 8), at(610, 2)];
    assert.equal(nextNumber(busy, [at(0, 8)], 12), 8);
  });
});
