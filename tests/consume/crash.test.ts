import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture, type Fixture } from './fixture.ts';
import type { CrashPoint } from './reference-consumer.ts';
import { inversions } from './sink.ts';

/** Short enough to wait for, long enough to be renewed on a busy machine. */
const LEASE_MS = 3_000;
const limits = { leaseMs: LEASE_MS, sessionTimeoutMs: 6_000 };
/** Where no process is killed, nothing needs a lease to expire, and a stalled machine must not make it expire. */
const withoutKills = { sessionTimeoutMs: 6_000 };

async function sendAll(fixture: Fixture, keys: number, each: number): Promise<void> {
  for (let number = 1; number <= each; number += 1) {
    await Promise.all(Array.from({ length: keys }, (_, key) => fixture.send(`key-${key}`, number)));
  }
}

/** Asserts that every event had exactly one effect, in the order of its key. */
function assertComplete(fixture: Fixture, events: number): void {
  const { effects } = fixture.sink;
  assert.equal(new Set(effects.map(({ idempotencyKey }) => idempotencyKey)).size, events);
  assert.equal(effects.length, events);
  assert.equal(inversions(effects), 0);
}

describe('kill -9', () => {
  // The least number of times that each point is reached: number 3 of the ten keys is forwarded, the rest is claimed.
  const points: [CrashPoint, number][] = [
    ['after claim', 25],
    ['before mark', 25],
    ['before forward', 8],
    ['after forward', 8],
  ];
  for (const [point, at] of points) {
    it(`${point} neither loses nor repeats an effect, and the next process takes over`, async () => {
      const fixture = await createFixture({ partitions: 2 });
      const [keys, each] = [10, 10];
      // Number 3 of each key fails once, so that its followers are deferred.
      fixture.sink.respond = ({ number }, nth) => (number === 3 && nth === 1 ? { status: 500 } : undefined);
      await sendAll(fixture, keys, each);
      const victim = await fixture.spawn({ limits, crash: { point, at } });
      assert.equal(await victim.exited, 'SIGKILL');
      const diedAt = Date.now();
      const before = fixture.sink.effects.length;
      assert.ok(before < keys * each, 'it was killed before the end');

      await fixture.spawn({ limits });
      await until('its successor is working', () => fixture.sink.effects.length > before);
      await until('all events have their effect', () => fixture.sink.effects.length === keys * each);
      const bound = limits.sessionTimeoutMs + LEASE_MS + 10_000;
      assert.ok(Date.now() - diedAt < bound + 30_000, 'within session, lease and a margin');
      assertComplete(fixture, keys * each);
      assert.ok(fixture.sink.repeats.length <= 16, 'only requests that ran during the kill are repeated');
      await fixture.close();
    });
  }

  it('three times under load, each after another fifth, loses and repeats nothing', async () => {
    const fixture = await createFixture();
    const [keys, each] = [size(50, 200), 20];
    const events = keys * each;
    fixture.sink.respond = () => ({ delayMs: Math.random() * 5 });
    const sending = sendAll(fixture, keys, each);
    for (let crash = 1; crash <= 3; crash += 1) {
      const worker = await fixture.spawn({ limits });
      await until('it has made progress', () => fixture.sink.effects.length >= (crash * events) / 5);
      worker.child.kill('SIGKILL');
      await worker.exited;
    }
    await sending;
    await fixture.spawn({ limits });
    await until('all events have their effect', () => fixture.sink.effects.length >= events);
    assertComplete(fixture, events);
    await fixture.close();
  });
});

describe('a process that was suspended beyond its lease and its session', () => {
  it('cannot mark or commit, and repeats no effect', async () => {
    const fixture = await createFixture({ partitions: 2 });
    const [keys, each] = [10, 20];
    // Slow enough that handlers are in the middle of a request when the process is suspended.
    fixture.sink.respond = ({ number }) => ({ delayMs: number > 5 ? 50 : 5 });
    const zombie = await fixture.spawn({ limits: { ...limits, leaseMs: 2_000 } });
    await sendAll(fixture, keys, each);
    await until('it is working', () => fixture.sink.effects.length > 60);
    zombie.child.kill('SIGSTOP');
    await fixture.spawn({ limits: { ...limits, leaseMs: 2_000 } });
    await until('its successor has done everything', () => fixture.sink.effects.length === keys * each);
    zombie.child.kill('SIGCONT');
    // It must rejoin the group and handle its share of new events. Repeated requests have no second effect.
    await sendAll(fixture, keys, 1);
    for (let number = each + 1; number <= each + 5; number += 1) {
      await Promise.all(Array.from({ length: keys }, (_, key) => fixture.send(`key-${key}`, number)));
    }
    await until('later events are done', () => fixture.sink.effects.length >= keys * (each + 5));
    assertComplete(fixture, keys * (each + 5));
    await fixture.close();
  });
});

describe('instances that join and leave under load', () => {
  it('share the work; nothing is lost, repeated or out of order, even in a rolling restart of all three', async () => {
    const fixture = await createFixture();
    const [keys, each] = [size(60, 300), 40];
    const events = keys * each;
    fixture.sink.respond = ({ number }, nth) =>
      number % 10 === 0 && nth === 1 ? { status: 500 } : { delayMs: Math.random() * 10 };
    const sending = sendAll(fixture, keys, each);
    let workers = [await fixture.spawn({ limits: withoutKills })];
    for (const share of [0.1, 0.2]) {
      await until('there is progress', () => fixture.sink.effects.length > events * share);
      workers.push(await fixture.spawn({ limits: withoutKills }));
    }
    for (const [index, worker] of workers.entries()) {
      await until('there is progress', () => fixture.sink.effects.length > events * (0.3 + index * 0.1));
      worker.child.kill('SIGTERM');
      assert.equal(await worker.exited, 0);
      workers = [...workers, await fixture.spawn({ limits: withoutKills })];
    }
    await sending;
    await until('all events have their effect', () => fixture.sink.effects.length >= events);
    assertComplete(fixture, events);
    assert.equal(fixture.sink.repeats.length, 0, 'a graceful stop repeats nothing');
    await fixture.close();
  });
});

describe('SIGTERM at full load', () => {
  it('ends the process with exit code 0 within 30 s; nothing is missing or repeated', async () => {
    const fixture = await createFixture();
    const [keys, each] = [100, size(20, 200)];
    fixture.sink.respond = () => ({ delayMs: 20 });
    await sendAll(fixture, keys, each);
    const worker = await fixture.spawn({ limits: withoutKills });
    await until('it is at full load', () => fixture.sink.effects.length > 200);
    const toldAt = Date.now();
    worker.child.kill('SIGTERM');
    assert.equal(await worker.exited, 0);
    assert.ok(Date.now() - toldAt < 30_000);
    await fixture.spawn({ limits: withoutKills });
    await until('all events have their effect', () => fixture.sink.effects.length >= keys * each);
    assertComplete(fixture, keys * each);
    assert.equal(fixture.sink.repeats.length, 0);
    await fixture.close();
  });
});
