import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSlots } from './slots.ts';

it('gives out no more places than there are, in the order of asking', async () => {
  const slots = createSlots(2);
  const order: number[] = [];
  const asked = [1, 2, 3, 4].map(async (number) => {
    await slots.take();
    order.push(number);
  });
  assert.equal(slots.taken, 2);
  assert.equal(slots.waiting, 2);
  slots.give();
  slots.give();
  await Promise.all(asked);
  assert.deepEqual(order, [1, 2, 3, 4]);
});

it('asks whether it is open for each place, and again when it is woken', async () => {
  let permits = 1;
  const slots = createSlots(5, () => permits-- > 0);
  assert.equal(await slots.take(), true);
  const second = slots.take();
  assert.equal(slots.waiting, 1);
  permits = 1;
  slots.wake();
  assert.equal(await second, true);
});

it('asks those who wait whether they still want a place before anybody gets one', async () => {
  let permits = 0;
  let isWanted = true;
  const slots = createSlots(5, () => permits-- > 0);
  const gone = slots.take(false, () => isWanted);
  const next = slots.take();
  isWanted = false;
  permits = 1;
  slots.wake();
  assert.equal(await gone, false);
  assert.equal(await next, true, 'the only permit was not spent on it');
});

it('gives no place to who does not want one by now', () => {
  assert.equal(
    createSlots(1).take(false, () => false),
    false,
  );
});

it('refuses whoever waits when it is closed', async () => {
  const slots = createSlots(0);
  const waiting = slots.take();
  slots.close();
  assert.equal(await waiting, false);
  assert.equal(await slots.take(), false);
});

it('prefers the urgent among those who wait', async () => {
  const slots = createSlots(1);
  assert.equal(await slots.take(), true);
  const order: string[] = [];
  const asked = (['first', 'second', 'urgent'] as const).map(async (name) => {
    await slots.take(name === 'urgent');
    order.push(name);
    slots.give();
  });
  slots.give();
  await Promise.all(asked);
  assert.deepEqual(order, ['urgent', 'first', 'second']);
});
