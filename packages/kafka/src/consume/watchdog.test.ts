import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { createWatchdog, type Progress } from './watchdog.ts';

beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
afterEach(() => mock.timers.reset());

function watch(state: { due: number; settled: number; resting: boolean; activity: number }): string[] {
  const reasons: string[] = [];
  const progress: Progress = {
    due: () => state.due,
    settled: () => state.settled,
    resting: () => state.resting,
    lastActivityAt: () => state.activity,
  };
  createWatchdog(progress, 5_000, (reason) => reasons.push(reason));
  return reasons;
}

it('says so once when records are due and none is settled', () => {
  const state = { due: 3, settled: 7, resting: false, activity: 0 };
  const reasons = watch(state);
  for (let second = 0; second < 20; second += 1) {
    state.activity += 1;
    mock.timers.tick(1_000);
  }
  assert.deepEqual(reasons, ['3 records are due and none was settled for 5000 ms']);
});

it('says so when the fetch loop is dead, also with nothing to do', () => {
  const reasons = watch({ due: 0, settled: 0, resting: false, activity: 0 });
  mock.timers.tick(20_000);
  assert.deepEqual(reasons, ['the fetch loop did nothing for 5000 ms']);
});

it('is content while something is settled now and then, or the consumer rests on purpose', () => {
  const state = { due: 3, settled: 0, resting: false, activity: 0 };
  const reasons = watch(state);
  for (let second = 0; second < 40; second += 1) {
    state.activity += 1;
    if (second < 20 && second % 4 === 0) state.settled += 1;
    state.resting = second >= 20;
    mock.timers.tick(1_000);
  }
  assert.deepEqual(reasons, []);
});
