import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulatedClock } from '../../fixtures/simulated-clock.ts';
import { DeliveryError } from '../error.ts';
import { createTopicGate } from './topic-gate.ts';

function setup(ask: (topic: string, times: number) => Promise<number>) {
  const clock = createSimulatedClock();
  let times = 0;
  const gate = createTopicGate(clock, (topic) => ask(topic, ++times));
  const events: string[] = [];
  function wait(name: string, { topic = 't', ttlMs = 2_400, bytes = 10 } = {}): void {
    gate.wait(topic, {
      bytes,
      deadline: clock.now() + ttlMs,
      enter: (partitions) => events.push(`${name} enters ${topic} of ${partitions} at ${clock.now()}`),
      done: (error) => events.push(`${name} ${error?.code} at ${clock.now()}`),
    });
  }
  return { clock, gate, events, wait, times: () => times };
}

const unknown = () => Promise.reject(new DeliveryError('UNKNOWN_TOPIC', 'no such topic'));

test('records that wait for a topic enter in order of arrival, and Kafka is asked once', async () => {
  const { clock, gate, events, wait, times } = setup(async () => 6);
  wait('first');
  wait('second');
  assert.equal(gate.bytes, 20);
  assert.equal(gate.partitions('t'), undefined);
  await clock.drain();
  assert.deepEqual(events, ['first enters t of 6 at 0', 'second enters t of 6 at 0']);
  assert.equal(gate.partitions('t'), 6);
  assert.equal(gate.bytes, 0);
  assert.equal(times(), 1);
  assert.equal(clock.now(), 0, 'no timer is left');
});

test('while Kafka does not answer, it is asked again until the last record has expired', async () => {
  const { clock, events, wait, times } = setup(() => Promise.reject(new Error('down')));
  wait('short', { ttlMs: 500 });
  wait('long', { ttlMs: 1_000 });
  await clock.drain();
  assert.deepEqual(events, ['short TIMEOUT at 500', 'long TIMEOUT at 1000']);
  const asked = times();
  assert.ok(asked > 3 && asked < 10, `${asked}`);
});

test('a topic that stays unknown for a second is refused; one that appears by then is not', async () => {
  const appearing = setup((_topic, times) => (times < 4 ? unknown() : Promise.resolve(3)));
  appearing.wait('patient');
  await appearing.clock.drain();
  assert.match(appearing.events.join(), /patient enters t of 3 at \d+/);

  const missing = setup(unknown);
  missing.wait('doomed');
  await missing.clock.drain();
  assert.match(missing.events.join(), /doomed UNKNOWN_TOPIC at 1\d\d\d$/);
});

test('a topic that Kafka refuses fails at once, and the next record asks for it again', async () => {
  const { clock, events, wait } = setup((_topic, times) =>
    times === 1 ? Promise.reject(new DeliveryError('REFUSED', 'no right')) : Promise.resolve(2),
  );
  wait('first');
  await clock.drain();
  wait('second');
  await clock.drain();
  assert.deepEqual(events, ['first REFUSED at 0', 'second enters t of 2 at 0']);
});

test('topics wait independently', async () => {
  const { clock, events, wait } = setup((topic) => (topic === 'ill' ? new Promise(() => {}) : Promise.resolve(1)));
  wait('a', { topic: 'ill', ttlMs: 100 });
  wait('b', { topic: 'well' });
  await clock.drain();
  assert.deepEqual(events, ['b enters well of 1 at 0', 'a TIMEOUT at 100']);
});
