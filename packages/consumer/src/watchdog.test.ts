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

it('reports once when records are due and none finishes', () => {
  const state = { due: 3, steps: 7, resting: false, activity: 0 };
  const reasons = watch(state);
  for (let second = 0; second < 20; second += 1) {
    state.activity += 1;
    mock.timers.tick(1_000);
  }
  assert.deepEqual(reasons, ['3 records are due and none has finished for 5000 ms']);
});

it('reports a dead fetch loop, even when no record is due', () => {
  const reasons = watch({ due: 0, steps: 0, resting: false, activity: 0 });
  mock.timers.tick(20_000);
  assert.deepEqual(reasons, ['the fetch loop has done nothing for 5000 ms']);
});

it('stays silent while records finish now and then, or the consumer is idle on purpose', () => {
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
