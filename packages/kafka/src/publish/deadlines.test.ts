import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulatedClock } from '../../fixtures/simulated-clock.ts';
import { createDeadlines } from './deadlines.ts';

function setup() {
  const clock = createSimulatedClock();
  const fired: [number, number][] = [];
  let timers = 0;
  const deadlines = createDeadlines<{ deadline: number }>(
    {
      ...clock,
      after(delayMs, run) {
        timers++;
        return clock.after(delayMs, run);
      },
    },
    ({ deadline }) => fired.push([deadline, clock.now()]),
  );
  return { clock, deadlines, fired, timers: () => timers };
}

test('items expire within 10 ms after their deadline, never before, whatever their order', async () => {
  const { clock, deadlines, fired } = setup();
  for (const deadline of [305, 20, 1_000, 21, 300, 7]) deadlines.add({ deadline });
  await clock.drain();
  assert.equal(fired.length, 6);
  for (const [deadline, at] of fired) assert.ok(at >= deadline && at < deadline + 10, `${deadline} at ${at}`);
});

test('a deleted item does not expire', async () => {
  const { clock, deadlines, fired } = setup();
  const [kept, deleted] = [{ deadline: 50 }, { deadline: 50 }];
  deadlines.add(kept);
  deadlines.add(deleted);
  deadlines.delete(deleted);
  await clock.drain();
  assert.deepEqual(fired, [[50, 50]]);
});

test('thousands of items share a timer, and deleting the last item clears it', async () => {
  const { clock, deadlines, timers, fired } = setup();
  const items = Array.from({ length: 10_000 }, () => ({ deadline: 2_400 }));
  for (const item of items) deadlines.add(item);
  assert.equal(timers(), 1);
  for (const item of items) deadlines.delete(item);
  await clock.drain();
  assert.equal(clock.now(), 0);
  assert.deepEqual(fired, []);
});

test('an earlier deadline that is added later is met', async () => {
  const { clock, deadlines, fired } = setup();
  deadlines.add({ deadline: 1_000 });
  deadlines.add({ deadline: 100 });
  await clock.advance(100);
  assert.deepEqual(fired, [[100, 100]]);
  await clock.advance(900);
  assert.equal(fired.length, 2);
});
