import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { ConsumedRecord } from '../assignment/record.ts';
import { type AvailabilityControl, createAvailability } from './availability.ts';
import { createWaitingRecords, type WaitingRecords } from './waiting-records.ts';

const failure = { why: 'it answers 503', retryAfterMs: 0 };
let availability: AvailabilityControl;
let waiting: WaitingRecords;
let probed: number[];
let offered: number[];
let parked: number[];
let toPark: Set<number>;
let gone: Set<number>;

const record = (id: number): ConsumedRecord =>
  ({ tracked: { offset: id }, waitsSince: 0 }) as unknown as ConsumedRecord;
const idOf = ({ tracked }: ConsumedRecord): number => tracked.offset;

beforeEach(() => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
  [probed, offered, parked] = [[], [], []];
  [toPark, gone] = [new Set(), new Set()];
  availability = createAvailability();
  waiting = createWaitingRecords({
    availability,
    isOurs: (one) => !gone.has(idOf(one)),
    offer: (one) => void offered.push(idOf(one)),
    probe: (one) => void probed.push(idOf(one)),
    shouldPark: (one) => toPark.has(idOf(one)),
    park: (one) => void parked.push(idOf(one)),
  });
});
afterEach(() => {
  waiting.stop();
  mock.timers.reset();
});

function down(count: number, { retryAfterMs = 0 } = {}): void {
  availability.failed('mail', { ...failure, retryAfterMs });
  for (let id = 0; id < count; id += 1) waiting.add(record(id), 'mail');
}

describe('records that wait for a target', () => {
  it('probe it one a second, and no other one while a probe runs', () => {
    down(5);
    mock.timers.tick(999);
    assert.deepEqual(probed, []);
    mock.timers.tick(5_000);
    assert.deepEqual(probed, [0]);
    availability.failed('mail', failure);
    waiting.add(record(0), 'mail');
    waiting.probed('mail');
    mock.timers.tick(1_100);
    assert.deepEqual(probed, [0, 1], 'the next one takes its turn');
    assert.deepEqual(offered, []);
  });

  it('probe it no earlier than it has said', () => {
    down(1, { retryAfterMs: 60_000 });
    mock.timers.tick(59_900);
    assert.deepEqual(probed, []);
    mock.timers.tick(200);
    assert.deepEqual(probed, [0]);
  });

  it('go on in order when it is back, first a few, then ever more', () => {
    down(500);
    availability.end('mail');
    assert.deepEqual(offered.length, 16);
    mock.timers.tick(100);
    assert.equal(offered.length, 32);
    mock.timers.tick(100);
    assert.equal(offered.length, 64);
    availability.failed('mail', failure);
    mock.timers.tick(900);
    assert.equal(offered.length, 64, 'it is down again');
    availability.end('mail');
    mock.timers.tick(1_000);
    assert.equal(waiting.size, 0);
    assert.deepEqual(
      offered,
      offered.toSorted((one, other) => one - other),
    );
  });

  it('go on one by one while it is up and has little room, and with each success', () => {
    for (let id = 0; id < 20; id += 1) waiting.add(record(id), 'mail', 50);
    assert.deepEqual(offered, []);
    mock.timers.tick(100);
    assert.deepEqual(offered, [0]);
    availability.succeeded('mail');
    assert.deepEqual(offered, [0, 1, 2]);
  });

  it('are parked when it is time, and dropped when their partition is revoked', () => {
    down(4);
    toPark.add(2);
    gone.add(1);
    mock.timers.tick(100);
    assert.deepEqual(parked, [2]);
    waiting.sweep();
    assert.equal(waiting.waitingFor('mail'), 2);
    availability.end('mail');
    assert.deepEqual(offered, [0, 3]);
  });

  it('are forgotten with a target that nobody needs any more', () => {
    down(1);
    gone.add(0);
    waiting.sweep();
    mock.timers.tick(4 * 60_000);
    assert.ok(availability.isDown('mail'));
    mock.timers.tick(3 * 60_000);
    assert.ok(!availability.isDown('mail'));
  });
});
