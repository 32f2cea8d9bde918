import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withinLimit } from './within-limit.ts';

const hung = () => new Promise<string>(() => {});
const tooLate = (): never => {
  throw new Error('too late');
};

it('settles as what runs does, when that is in time', async () => {
  assert.equal(await withinLimit(60_000, () => 'now', tooLate), 'now');
  assert.equal(await withinLimit(60_000, async () => 'soon', tooLate), 'soon');
  await assert.rejects(
    withinLimit(60_000, () => Promise.reject(new Error('failed'))),
    /failed/,
  );
  await assert.rejects(
    withinLimit(60_000, () => {
      throw new Error('thrown at once');
    }),
    /thrown at once/,
  );
});

it('stops waiting at the limit, and says so where that is asked for', async () => {
  assert.equal(await withinLimit(1, hung), undefined);
  await assert.rejects(withinLimit(1, hung, tooLate), /too late/);
});

it('ignores what fails after the limit', async () => {
  let fail = (_error: Error): void => {};
  const failing = new Promise<string>((_, reject) => {
    fail = reject;
  });
  await withinLimit(1, () => failing);
  // An unhandled rejection would fail this test.
  fail(new Error('later'));
  await new Promise(setImmediate);
});

it('leaves no timer behind', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clear = t.mock.method(globalThis, 'clearTimeout');
  await withinLimit(60_000, () => 'now');
  assert.equal(clear.mock.callCount(), 1);
});
