import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { createWatchdog, type Progress } from './watchdog.ts';

beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
afterEach(() => mock.timers.reset());

function watch(state: { due: number; steps: number; resting: boolean; activity: number }): string[] {
  const reasons: string[] = [];
  const progress: Progress = {
    due: () => state.due,
    steps: () => state.steps,
    resting: () => state.resting,
    lastActivityAt: () => state.activity,
  };
  createWatchdog(progress, 5_000, (reason) => reasons.push(reason));
  return reasons;
}

it('says so once when records are due and nothing comes to an end', () => {
  const state = { due: 3, steps: 7, resting: false, activity: 0 };
  const reasons = watch(state);
  for (let second = 0; second < 20; second += 1) {
    state.activity += 1;
    mock.timers.tick(1_000);
  }
  assert.deepEqual(reasons, ['3 records are due and nothing came to an end for 5000 ms']);
});

it('says so when the fetch loop is dead, also with nothing to do', () => {
  const reasons = watch({ due: 0, steps: 0, resting: false, activity: 0 });
  mock.timers.tick(20_000);
  assert.deepEqual(reasons, ['the fetch loop did nothing for 5000 ms']);
});

it('is content while something ends now and then, or the consumer rests on purpose', () => {
  const state = { due: 3, steps: 0, resting: false, activity: 0 };
  const reasons = watch(state);
  for (let second = 0; second < 40; second += 1) {
    state.activity += 1;
    if (second < 20 && second % 4 === 0) state.steps += 1;
    state.resting = second >= 20;
    mock.timers.tick(1_000);
  }
  assert.deepEqual(reasons, []);
});
