import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Stack, startStack } from '@switchboard/local';
import { eventually } from '@switchboard/local/until';
import { createLogger } from '@switchboard/service';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { connectSeenIds, type SeenIds } from './seen-ids.ts';

describe('seen ids', () => {
  let directory: string;
  let stack: Stack;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'seen-ids-'));
    stack = await startStack({ directory, ports: 'free', parts: ['redis'] });
  });
  after(async () => {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function connect(t: TestContext, ttlSeconds = 60, scope = 'cluster-a'): SeenIds {
    const seenIds = connectSeenIds({
      redisUrl: stack.redisUrl,
      scope,
      ttlSeconds,
      logger: createLogger('test', 'silent'),
      metrics: new Registry(),
    });
    t.after(() => seenIds.close());
    return seenIds;
  }

  const answers = (seenIds: SeenIds): Promise<void> => eventually(() => seenIds.check());

  it('are shared by instances', async (t) => {
    const [one, other] = [connect(t), connect(t)];
    await Promise.all([answers(one), answers(other)]);
    const ids = Array.from({ length: 500 }, () => randomUUID());
    for (const id of ids) one.add(id);
    await eventually(async () => {
      const seen = await Promise.all(ids.map((id) => other.has(id)));
      assert.ok(seen.every(Boolean));
    });
    assert.deepEqual(await Promise.all([other.has('never'), other.has(ids[0] as string), other.has('')]), [
      false,
      true,
      false,
    ]);
  });

  it('of another Kafka say nothing of this one', async (t) => {
    const [one, other] = [connect(t), connect(t, 60, 'cluster-b')];
    await Promise.all([answers(one), answers(other)]);
    one.add('shared');
    await eventually(async () => assert.ok(await one.has('shared')));
    assert.equal(await other.has('shared'), false);
  });

  it('are forgotten after their time', async (t) => {
    const seenIds = connect(t, 120);
    await answers(seenIds);
    seenIds.add('expiring');
    const redis = new Redis(stack.redisUrl);
    t.after(() => redis.disconnect());
    await eventually(async () => {
      const ttl = await redis.ttl('ingest:seen:cluster-a:expiring');
      assert.ok(ttl > 0 && ttl <= 120, String(ttl));
    });
  });

  it('share one command among all that ask in one turn', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    const redis = new Redis(stack.redisUrl);
    t.after(() => redis.disconnect());
    const calls = async (): Promise<number> =>
      Number(/cmdstat_mget:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    const before = await calls();
    await Promise.all(Array.from({ length: 200 }, (_, index) => seenIds.has(`turn ${index}`)));
    assert.equal((await calls()) - before, 1);
  });

  it('are not given up when it is this process that is late', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    seenIds.add('busy');
    await eventually(async () => assert.ok(await seenIds.has('busy')));
    const asked = seenIds.has('busy');
    await turn();
    for (const until = performance.now() + 200; performance.now() < until; );
    assert.equal(await asked, true);
  });

  it('cost a moment once when Redis hangs, then nothing, and come back with it', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    seenIds.add('before');
    await eventually(async () => assert.ok(await seenIds.has('before')));
    await stack.redis.pause();
    const paused = performance.now();
    assert.equal(await seenIds.has('before'), false);
    assert.ok(performance.now() - paused < 2_000, 'an event waits for its look-up, and not for Redis');
    await assert.rejects(async () => seenIds.check(), /does not answer/);
    const start = performance.now();
    for (let index = 0; index < 1_000; index += 1) {
      await seenIds.has(`while hanging ${index}`);
      seenIds.add(`while hanging ${index}`);
    }
    const each = (performance.now() - start) / 1_000;
    assert.ok(each < 5, `${each} ms per look-up`);
    await stack.redis.resume();
    await answers(seenIds);
    await eventually(async () => assert.ok(await seenIds.has('before')));
  });

  it('are optional: without Redis at the start or later nothing fails', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    await stack.redis.kill();
    await eventually(() => assert.rejects(async () => seenIds.check()));
    const late = connect(t);
    for (const each of [seenIds, late]) {
      assert.equal(await each.has('x'), false);
      each.add('x');
    }
    await stack.redis.start();
    await Promise.all([answers(seenIds), answers(late)]);
    late.add('y');
    await eventually(async () => assert.ok(await seenIds.has('y')));
  });
});
