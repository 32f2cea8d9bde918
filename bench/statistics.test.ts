import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOfSecondHalf, median, percentile, slope } from './statistics.ts';

test('the median is the middle value, whatever the order', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('a percentile is one of the values, and 100 % is the last', () => {
  const sorted = Float64Array.from({ length: 1_000 }, (_, index) => index + 1);
  assert.equal(percentile(sorted, 0.5), 500);
  assert.equal(percentile(sorted, 0.99), 990);
  assert.equal(percentile(sorted, 1), 1_000);
  assert.equal(percentile([7], 0.01), 7);
});

test('the slope is the growth from one value to the next', () => {
  assert.equal(slope([1, 3, 5, 7]), 2);
  assert.equal(slope([4, 4, 4]), 0);
  assert.equal(slope([3, 2, 1]), -1);
});

test('growth needs at least two values in the second half', () => {
  assert.deepEqual(growthOfSecondHalf([9, 9, 9, 1, 3, 5]), { slope: 2, count: 3 });
  for (const few of [[], [1], [1, 2]]) assert.equal(growthOfSecondHalf(few), undefined);
});
