import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type RedisCluster, startRedisCluster } from '@switchboard/stack/redis-cluster';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture, type Fixture } from './fixture.ts';
import type { CrashPoint } from './reference-consumer.ts';
import { inversions } from './sink.ts';

const limits = { leaseMs: 3_000, sessionTimeoutMs: 6_000 };

describe('event state in a Redis Cluster', () => {
  let cluster: RedisCluster;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'switchboard-redis-cluster-'));
    cluster = await startRedisCluster({ directory });
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const open = (partitions: number): Promise<Fixture> =>
    createFixture({ partitions, addresses: { ...testStack(), redisCluster: cluster.addresses } });

  async function sendAll(fixture: Fixture, keys: number, each: number): Promise<void> {
    for (let number = 1; number <= each; number += 1) {
      await Promise.all(Array.from({ length: keys }, (_, key) => fixture.send(`key-${key}`, number)));
    }
  }

  /** Asserts that every event had exactly one effect, in the order of its key. */
  function assertComplete({ sink }: Fixture, events: number): void {
    assert.equal(new Set(sink.effects.map(({ idempotencyKey }) => idempotencyKey)).size, events);
    assert.equal(sink.effects.length, events);
    assert.equal(inversions(sink.effects), 0);
  }

  const points: [CrashPoint, number][] = [
    ['after claim', 25],
    ['before mark', 25],
    ['before forward', 8],
    ['after forward', 8],
  ];
  for (const [point, at] of points) {
    it(`a kill -9 ${point} neither loses nor repeats an effect`, async () => {
      const fixture = await open(2);
      const [keys, each] = [10, 10];
      fixture.sink.respond = ({ number }, nth) => (number === 3 && nth === 1 ? { status: 500 } : undefined);
      await sendAll(fixture, keys, each);
      const victim = await fixture.spawn({ limits, crash: { point, at } });
      assert.equal(await victim.exited, 'SIGKILL');
      await fixture.spawn({ limits });
      await until('all events have their effect', () => fixture.sink.effects.length === keys * each);
      assertComplete(fixture, keys * each);
      await fixture.close();
    });
  }

  it('a primary and a consumer that are killed under load cost no effect, no order and no second effect', async () => {
    const fixture = await open(6);
    const [keys, each] = [size(50, 200), 20];
    const events = keys * each;
    fixture.sink.respond = ({ number }, nth) =>
      number % 7 === 0 && nth === 1 ? { status: 500 } : { delayMs: Math.random() * 5 };
    const sending = sendAll(fixture, keys, each);
    const first = await fixture.spawn({ limits });
    await until('there is progress', () => fixture.sink.effects.length >= events / 5);
    const [primary] = cluster.nodes;
    await primary?.kill();
    const atKill = fixture.sink.effects.length;
    await until('work continues with its replica', () => fixture.sink.effects.length >= atKill + events / 5);
    first.child.kill('SIGKILL');
    await first.exited;
    await fixture.spawn({ limits });
    await sending;
    await until('all events have their effect', () => fixture.sink.effects.length >= events);
    assertComplete(fixture, events);
    assert.equal((await fixture.deadLetters()).length, 0);
    await primary?.start();
    await fixture.close();
  });
});
