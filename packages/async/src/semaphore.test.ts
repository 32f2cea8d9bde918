import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSemaphore } from './semaphore.ts';

it('grants no more permits than its limit, in the order of asking', async () => {
  const semaphore = createSemaphore(2);
  const order: number[] = [];
  const asked = [1, 2, 3, 4].map(async (number) => {
    await semaphore.acquire();
    order.push(number);
  });
  assert.equal(semaphore.taken, 2);
  assert.equal(semaphore.waiting, 2);
  semaphore.release();
  semaphore.release();
  await Promise.all(asked);
  assert.deepEqual(order, [1, 2, 3, 4]);
});

it('calls `open` for each permit, and again on `wake`', async () => {
  let permits = 1;
  const semaphore = createSemaphore(5, () => permits-- > 0);
  assert.equal(await semaphore.acquire(), true);
  const second = semaphore.acquire();
  assert.equal(semaphore.waiting, 1);
  permits = 1;
  semaphore.wake();
  assert.equal(await second, true);
});

it('drops waiting callers that no longer want a permit before it grants one', async () => {
  let permits = 0;
  let isWanted = true;
  const semaphore = createSemaphore(5, () => permits-- > 0);
  const gone = semaphore.acquire(false, () => isWanted);
  const next = semaphore.acquire();
  isWanted = false;
  permits = 1;
  semaphore.wake();
  assert.equal(await gone, false);
  assert.equal(await next, true, 'the only permit was not spent on it');
});

it('refuses a caller that does not want a permit', () => {
  assert.equal(
    createSemaphore(1).acquire(false, () => false),
    false,
  );
});

it('refuses waiting callers when it is closed', async () => {
  const semaphore = createSemaphore(0);
  const waiting = semaphore.acquire();
  semaphore.close();
  assert.equal(await waiting, false);
  assert.equal(await semaphore.acquire(), false);
});

it('serves urgent callers first', async () => {
  const semaphore = createSemaphore(1);
  assert.equal(await semaphore.acquire(), true);
  const order: string[] = [];
  const asked = (['first', 'second', 'urgent'] as const).map(async (name) => {
    await semaphore.acquire(name === 'urgent');
    order.push(name);
    semaphore.release();
  });
  semaphore.release();
  await Promise.all(asked);
  assert.deepEqual(order, ['urgent', 'first', 'second']);
});
