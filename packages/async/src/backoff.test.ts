import assert from 'node:assert/strict';
import { it } from 'node:test';
import { backoff } from './backoff.ts';

it('doubles with each try up to its bound, and half of it is random', () => {
  const pauses = (random: number) => [1, 2, 3, 4, 5].map((tries) => backoff(100, tries, 1_000, () => random));
  assert.deepEqual(pauses(0), [50, 100, 200, 400, 500]);
  assert.deepEqual(pauses(1), [100, 200, 400, 800, 1_000]);
  assert.equal(
    backoff(1_000, 2_000, undefined, () => 1),
    30_000,
  );
});
