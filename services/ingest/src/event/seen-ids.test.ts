import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLogger } from '@switchboard/service';
import { type Stack, startStack } from '@switchboard/stack';
import { eventually, until } from '@switchboard/stack/until';
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

  /** Asks again when Redis takes longer than ingest waits for it. */
  const claim = (seenIds: SeenIds, ...claimed: Parameters<SeenIds['claim']>): Promise<string> =>
    until('Redis answers in time', () => seenIds.claim(...claimed));

  it('are shared by instances', async (t) => {
    const [one, other] = [connect(t), connect(t)];
    await Promise.all([answers(one), answers(other)]);
    const ids = Array.from({ length: 500 }, () => randomUUID());
    for (const id of ids) one.add(id, `content of ${id}`);
    await eventually(async () => {
      const seen = await Promise.all(ids.map((id) => other.get(id)));
      assert.deepEqual(
        seen,
        ids.map((id) => `content of ${id}`),
      );
    });
    assert.deepEqual(await Promise.all([other.get('never'), other.get('')]), [undefined, undefined]);
  });

  it('share one command among all that come while an answer is under way', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    const redis = new Redis(stack.redisUrl);
    t.after(() => redis.disconnect());
    const calls = async (): Promise<number> =>
      Number(/cmdstat_mget:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    const before = await calls();
    await stack.redis.pause();
    const asked: Promise<string | undefined>[] = [];
    for (let index = 0; index < 20; index += 1) {
      asked.push(seenIds.get(`under way ${index}`));
      await turn();
    }
    await stack.redis.resume();
    assert.deepEqual(new Set(await Promise.all(asked)), new Set([undefined]));
    const commands = (await calls()) - before;
    assert.ok(commands <= 2, `${commands} commands`);
  });

  it('name a subject for all instances: once, until another content or its time', async (t) => {
    const [one, other] = [connect(t), connect(t)];
    await Promise.all([answers(one), answers(other)]);
    const subject = randomUUID();
    const claims = Array.from({ length: 20 }, (_, index) =>
      claim(index % 2 ? one : other, subject, 'a:', `a:${index}`, 60_000),
    );
    const [name, ...others] = new Set(await Promise.all(claims));
    assert.deepEqual(others, []);
    assert.equal(await claim(other, subject, 'b:', 'b:1', 60_000), 'b:1');
    assert.equal(await claim(one, subject, 'a:', 'a:new', 60_000), 'a:new');
    assert.notEqual(name, 'a:new');
    one.shorten(subject, 'a:new', 1);
    await eventually(async () => assert.equal(await other.claim(subject, 'a:', 'a:later', 1), 'a:later'));
  });

  it('let go of a name in its time, also if Redis hangs when that is said, and of no later name', async (t) => {
    const [one, other] = [connect(t), connect(t)];
    await Promise.all([answers(one), answers(other)]);
    const [subject, replaced] = [randomUUID(), randomUUID()];
    for (const id of [subject, replaced]) assert.equal(await claim(one, id, 'a:', 'a:1', 600_000), 'a:1');
    assert.equal(await claim(one, replaced, 'b:', 'b:1', 600_000), 'b:1');
    await stack.redis.pause();
    assert.equal(await one.get('notices that Redis hangs'), undefined);
    for (const id of [subject, replaced]) one.shorten(id, 'a:1', 1);
    await stack.redis.resume();
    await eventually(async () => assert.equal(await other.claim(subject, 'a:', 'a:2', 600_000), 'a:2'));
    assert.equal(await claim(other, replaced, 'b:', 'b:2', 600_000), 'b:1');
  });

  it('of another Kafka say nothing of this one', async (t) => {
    const [one, other] = [connect(t), connect(t, 60, 'cluster-b')];
    await Promise.all([answers(one), answers(other)]);
    one.add('shared', 'c');
    await eventually(async () => assert.ok(await one.get('shared')));
    assert.equal(await other.get('shared'), undefined);
  });

  it('are forgotten after their time', async (t) => {
    const seenIds = connect(t, 120);
    await answers(seenIds);
    seenIds.add('expiring', 'c');
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
    await Promise.all(Array.from({ length: 200 }, (_, index) => seenIds.get(`turn ${index}`)));
    assert.equal((await calls()) - before, 1);
  });

  it('are not given up when it is this process that is late', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    seenIds.add('busy', 'c');
    await eventually(async () => assert.ok(await seenIds.get('busy')));
    // Again if Redis was late as well.
    await eventually(async () => {
      const asked = seenIds.get('busy');
      await turn();
      for (const until = performance.now() + 200; performance.now() < until; );
      assert.equal(await asked, 'c');
    });
  });

  it('cost a moment once when Redis hangs, then nothing, and come back with it', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    seenIds.add('before', 'c');
    await eventually(async () => assert.ok(await seenIds.get('before')));
    await stack.redis.pause();
    const paused = performance.now();
    assert.equal(await seenIds.get('before'), undefined);
    assert.ok(performance.now() - paused < 20_000, 'an event waits for its look-up, and not for Redis');
    await assert.rejects(async () => seenIds.check(), /does not answer/);
    const start = performance.now();
    for (let index = 0; index < 1_000; index += 1) {
      await seenIds.get(`while hanging ${index}`);
      seenIds.add(`while hanging ${index}`, 'c');
    }
    const each = (performance.now() - start) / 1_000;
    assert.ok(each < 20, `${each} ms per look-up`);
    await stack.redis.resume();
    await answers(seenIds);
    await eventually(async () => assert.ok(await seenIds.get('before')));
  });

  it('are optional: without Redis at the start or later nothing fails', async (t) => {
    const seenIds = connect(t);
    await answers(seenIds);
    await stack.redis.kill();
    await eventually(() => assert.rejects(async () => seenIds.check()));
    const late = connect(t);
    for (const each of [seenIds, late]) {
      assert.equal(await each.get('x'), undefined);
      each.add('x', 'c');
    }
    await stack.redis.start();
    await Promise.all([answers(seenIds), answers(late)]);
    late.add('y', 'c');
    await eventually(async () => assert.ok(await seenIds.get('y')));
  });
});
