import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type AvailabilityControl, createAvailability } from './availability.ts';

const failure = { why: 'it answers 503', retryAfterMs: 0 };
let time = 1_000;
let availability: AvailabilityControl;
beforeEach(() => {
  time = 1_000;
  availability = createAvailability(() => time);
});

describe('an outside system', () => {
  it('is unavailable from its first failure to its first success', () => {
    availability.failed('acme/hubspot', failure);
    time = 2_000;
    availability.failed('acme/hubspot', { why: 'it answers 500', retryAfterMs: 9_000 });
    assert.deepEqual(
      [...availability.details],
      [['acme/hubspot', { since: 1_000, why: 'it answers 500', retryAt: 11_000, isLimit: true, waiting: 0 }]],
    );
    time = 3_000;
    availability.succeeded('acme/hubspot');
    assert.equal(availability.details.size, 0);
    assert.equal(availability.lastReturnAt, 3_000);
  });

  it('stays unavailable after the success of a request from before the failure', () => {
    availability.failed('acme/hubspot', failure);
    availability.succeeded('acme/hubspot', 999);
    assert.ok(availability.isDown('acme/hubspot'));
  });

  it('is asked by its probe alone while events wait for it', () => {
    const signals = { probe: new AbortController().signal, other: new AbortController().signal };
    availability.attempts(signals.probe, 'acme/hubspot');
    availability.attempts(signals.other, undefined);
    availability.failed('acme/hubspot', failure);
    assert.ok(availability.allows('acme/hubspot', signals.other), 'nobody else would ask it');
    availability.countWith(() => 1);
    assert.ok(availability.allows('acme/hubspot', signals.probe));
    assert.ok(!availability.allows('acme/hubspot', signals.other));
    assert.ok(availability.allows('acme/slack', signals.other));
    assert.ok(availability.allows('acme/hubspot', new AbortController().signal), 'it is no attempt at an event');
    const limit = new AbortController().signal;
    assert.ok(availability.allows('acme/hubspot', availability.anySignal(signals.probe, limit)));
    assert.ok(!availability.allows('acme/hubspot', availability.anySignal(signals.other, limit)));
    assert.ok(availability.allows('acme/hubspot', availability.anySignal(limit, signals.other)));
  });
});

describe('nothing is left', () => {
  it('when all systems that are known are unavailable', () => {
    availability.knows('slack');
    availability.failed('smtp', failure);
    assert.ok(!availability.isNothingLeft);
    availability.failed('slack', failure);
    assert.ok(availability.isNothingLeft);
    availability.knows('chat');
    assert.ok(!availability.isNothingLeft);
  });

  it('until an event that started since then has its effect without them', () => {
    availability.failed('smtp', failure);
    availability.worked(900);
    assert.ok(availability.isNothingLeft);
    availability.worked(1_001);
    assert.ok(!availability.isNothingLeft);
    availability.end('smtp');
    time = 2_000;
    availability.failed('smtp', failure);
    assert.ok(availability.isNothingLeft);
  });
});

it('the names of outside systems are bounded', () => {
  for (let n = 0; n < 60_000; n += 1) availability.failed(`tenant-${n}`, failure);
  assert.equal(availability.details.size, 50_001);
  assert.ok(availability.isDown('outside'));
  availability.failed('x'.repeat(10_000), failure);
  assert.equal(availability.details.size, 50_001);
});
