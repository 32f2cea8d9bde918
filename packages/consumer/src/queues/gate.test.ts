import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { createGate } from './gate.ts';

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

it('lets everything pass while it is open', () => {
  const gate = createGate(() => {});
  assert.ok(gate.admits() && gate.admits());
});

it('lets one probe a second pass while the outside system is down, until one succeeds', () => {
  const gate = createGate(() => {});
  gate.close('outside');
  let probes = 0;
  for (let tick = 0; tick < 100; tick += 1) {
    mock.timers.tick(100);
    while (gate.admits()) {
      probes += 1;
      gate.close('outside');
    }
  }
  assert.equal(probes, 10);
  gate.open('outside');
  assert.ok(gate.admits() && gate.admits());
});

it('lets nothing pass while Redis is away, and wakes whoever waits when it is back', () => {
  let changes = 0;
  const gate = createGate(() => {
    changes += 1;
  });
  gate.close('redis');
  gate.close('outside');
  mock.timers.tick(5_000);
  assert.equal(gate.admits(), false);
  gate.open('outside');
  assert.equal(gate.admits(), false);
  gate.open('redis');
  assert.equal(gate.admits(), true);
  assert.ok(changes >= 2);
  gate.stop();
});
