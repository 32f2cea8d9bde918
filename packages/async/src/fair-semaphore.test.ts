import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createFairSemaphore } from './fair-semaphore.ts';

const alone = (permits: number) => ({ perTenant: permits, total: 4 * permits });

it('grants a tenant alone no more permits than `perTenant`, in the order of asking', async () => {
  const semaphore = createFairSemaphore(alone(2));
  const order: number[] = [];
  const asked = [1, 2, 3, 4].map(async (number) => {
    await semaphore.acquire('a');
    order.push(number);
  });
  assert.equal(semaphore.taken, 2);
  assert.equal(semaphore.waiting, 2);
  semaphore.release('a');
  semaphore.release('a');
  await Promise.all(asked);
  assert.deepEqual(order, [1, 2, 3, 4]);
});

it('grants a permit at once to a tenant beside those that wait for their own limit', async () => {
  const semaphore = createFairSemaphore(alone(2));
  for (let number = 0; number < 10; number += 1) void semaphore.acquire('floods');
  assert.equal(semaphore.acquire('calm'), true);
  assert.equal(semaphore.taken, 3);
});

it('calls `open` for each permit, and again on `wake`', async () => {
  let permits = 1;
  const semaphore = createFairSemaphore(alone(5), () => permits-- > 0);
  assert.equal(await semaphore.acquire('a'), true);
  const second = semaphore.acquire('b');
  assert.equal(semaphore.waiting, 1);
  permits = 1;
  semaphore.wake();
  assert.equal(await second, true);
});

it('drops waiting callers that no longer want a permit before it grants one', async () => {
  let permits = 0;
  let isWanted = true;
  const semaphore = createFairSemaphore(alone(5), () => permits-- > 0);
  const gone = semaphore.acquire('a', false, () => isWanted);
  const next = semaphore.acquire('a');
  isWanted = false;
  permits = 1;
  semaphore.wake();
  assert.equal(await gone, false);
  assert.equal(await next, true, 'the only permit was not spent on it');
});

it('refuses callers that do not want a permit, and all when it is closed', async () => {
  const semaphore = createFairSemaphore(alone(1));
  assert.equal(
    semaphore.acquire('a', false, () => false),
    false,
  );
  assert.equal(semaphore.acquire('a'), true);
  const waiting = semaphore.acquire('a');
  semaphore.close();
  assert.equal(await waiting, false);
  assert.equal(await semaphore.acquire('a'), false);
});
