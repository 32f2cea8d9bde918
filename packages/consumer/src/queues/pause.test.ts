import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { createPause } from './pause.ts';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

it('admits everything without a reason to pause', () => {
  const pause = createPause();
  assert.ok(pause.admits() && pause.admits());
});

it('admits a record now and then while all outside systems are down, to find out whether there are others', () => {
  const pause = createPause();
  pause.begin('outside');
  let records = 0;
  for (let tick = 0; tick < 100; tick += 1) {
    mock.timers.tick(100);
    while (pause.admits()) records += 1;
  }
  assert.equal(records, 2);
});

it('admits one probe a second while the registry is down, until one succeeds', () => {
  const pause = createPause();
  pause.begin('registry');
  let probes = 0;
  for (let tick = 0; tick < 100; tick += 1) {
    mock.timers.tick(100);
    while (pause.admits()) {
      probes += 1;
      pause.begin('registry');
    }
  }
  assert.equal(probes, 10);
  pause.end('registry');
  assert.ok(pause.admits() && pause.admits());
});

it('admits nothing while Redis is down, and reports when it is back', () => {
  let changes = 0;
  const pause = createPause();
  pause.onChange(() => {
    changes += 1;
  });
  pause.begin('redis');
  pause.begin('outside');
  mock.timers.tick(5_000);
  assert.equal(pause.admits(), false);
  pause.end('outside');
  assert.equal(pause.admits(), false);
  pause.end('redis');
  assert.equal(pause.admits(), true);
  assert.ok(changes >= 2);
  pause.stop();
});
