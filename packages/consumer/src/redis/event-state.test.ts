import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startRedisCluster } from '@switchboard/stack/redis-cluster';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Cluster, Redis } from 'ioredis';
import pino from 'pino';
import { readDone, readMark } from '../operate/marks.ts';
import type { BatchedCallsOptions } from './batched-calls.ts';
import { createEventState, type EventState, type StateSubject } from './event-state.ts';
import { readStateGauges } from './state-gauges.ts';
import { bucketKeys, type StateRedis } from './state-keys.ts';

const single = new Redis((await testStack()).redisUrl);
const directory = await mkdtemp(join(tmpdir(), 'event-state-'));
const nodes = await startRedisCluster({ directory });
const cluster = new Cluster(nodes.addresses.split(',').map((place) => `redis://${place}`));
after(async () => {
  single.disconnect();
  cluster.disconnect();
  await nodes[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function freshState(options: Partial<BatchedCallsOptions> = {}): EventState {
  const { orphanAfterMs = 60_000, leaseMs = 30_000, keyspace = `steps-${randomUUID()}` } = options;
  return createEventState({
    redis: options.redis ?? single,
    keyspace,
    leaseMs,
    doneTtlMs: 60_000,
    orphanAfterMs,
    logger: pino({ level: 'silent' }),
    reachable: options.reachable ?? (() => {}),
  });
}

const event = (offset: number, { hop = 0, redrive = 0, orderKey = 'topic|tenant:key' } = {}): StateSubject => ({
  identity: `tenant:source:${offset}`,
  orderKey,
  origin: { offset },
  position: { hop, redrive },
});

/** A due event in a retry topic that no worker will ask for. */
async function waitLost(eventState: EventState, lost: StateSubject): Promise<void> {
  const position = { hop: 1, level: 1, dueAt: Date.now() - 1 };
  await eventState.fail(lost, 'a', position);
  await eventState.moved(lost, 'a', position);
}

const soon = (): number => Date.now() + 5_000;

for (const [place, redis] of [
  ['one Redis', single],
  ['a Redis Cluster', cluster],
] as readonly [string, StateRedis][]) {
  describe(`in ${place}`, () => {
    describe('admission', () => {
      it('lets one worker run an event when none waits for its key', async () => {
        const eventState = freshState({ redis });
        assert.deepEqual(await eventState.admit(event(1), 'a'), { kind: 'run' });
        assert.deepEqual(await eventState.admit(event(1), 'b'), { kind: 'busy' });
        assert.deepEqual(await eventState.admit(event(2), 'b'), { kind: 'run' }, 'the key queue keeps its own order');
      });

      it('repeats its answer when the first one was lost', async () => {
        const eventState = freshState({ redis });
        await eventState.admit(event(1), 'a');
        assert.deepEqual(await eventState.admit(event(1), 'a'), { kind: 'run' });
        assert.equal(await eventState.complete(event(1), 'a', 'held'), 'ok');
        assert.equal(await eventState.complete(event(1), 'a', 'held'), 'ok');
        assert.deepEqual(await eventState.admit(event(1), 'a'), { kind: 'done' });
      });

      it('is possible again when the lease has expired or was released', async () => {
        const eventState = freshState({ redis, leaseMs: 30 });
        await eventState.admit(event(1), 'a');
        let admission = await eventState.admit(event(1), 'b');
        while (admission.kind === 'busy') admission = await eventState.admit(event(1), 'b');
        assert.equal(admission.kind, 'run');
        await eventState.release(event(1), 'b');
        assert.deepEqual(await eventState.admit(event(1), 'c'), { kind: 'run' });
      });
    });

    describe('the hold of a key', () => {
      it('defers later events to the retry topic and due time of the failed one, until it has left', async () => {
        const eventState = freshState({ redis });
        const due = soon();
        const position = { hop: 1, level: 1, dueAt: due };
        await eventState.admit(event(7), 'a');
        assert.equal(await eventState.fail(event(7), 'a', position), 'ok');
        assert.deepEqual(await eventState.admit(event(8), 'b'), { kind: 'defer', level: 1, dueAt: due });
        await eventState.moved(event(7), 'a', position);
        assert.deepEqual(await eventState.admit(event(9), 'b'), { kind: 'defer', level: 1, dueAt: due });
        assert.deepEqual(await eventState.admit(event(80, { orderKey: 'topic|tenant:other' }), 'c'), { kind: 'run' });

        assert.deepEqual(await eventState.admit(event(7, { hop: 1 }), 'd'), { kind: 'held' });
        assert.equal(await eventState.complete(event(7, { hop: 1 }), 'd', 'held'), 'ok');
        assert.deepEqual(await eventState.admit(event(9, { hop: 1 }), 'e'), { kind: 'defer', level: 1, dueAt: due });
        assert.deepEqual(await eventState.admit(event(8, { hop: 1 }), 'e'), { kind: 'held' });
        await eventState.complete(event(8, { hop: 1 }), 'e', 'held');
        assert.deepEqual(await eventState.admit(event(9, { hop: 2 }), 'f'), { kind: 'held' });
        await eventState.complete(event(9, { hop: 2 }), 'f', 'held');
        assert.deepEqual(await eventState.admit(event(10), 'g'), { kind: 'run' });
      });

      it('follows the head to the next retry topic', async () => {
        const eventState = freshState({ redis });
        await eventState.admit(event(7), 'a');
        await eventState.fail(event(7), 'a', { hop: 1, level: 1, dueAt: soon() });
        await eventState.moved(event(7), 'a', { hop: 1, level: 1, dueAt: soon() });
        await eventState.admit(event(8), 'b');
        const due = soon();
        await eventState.admit(event(7, { hop: 1 }), 'c');
        await eventState.fail(event(7, { hop: 1 }), 'c', { hop: 2, level: 2, dueAt: due });
        assert.deepEqual(await eventState.admit(event(8, { hop: 1 }), 'd'), { kind: 'defer', level: 2, dueAt: due });
      });

      it('never defers an event behind a later one', async () => {
        const eventState = freshState({ redis });
        await eventState.admit(event(7), 'a');
        await eventState.fail(event(7), 'a', { hop: 1, level: 1, dueAt: soon() });
        assert.deepEqual(await eventState.admit(event(6), 'b'), { kind: 'held' });
      });

      it('detects a stale copy of an event that was forwarded, but not of one that may not have been', async () => {
        const eventState = freshState({ redis });
        const position = { hop: 1, level: 1, dueAt: soon() };
        await eventState.admit(event(7), 'a');
        await eventState.fail(event(7), 'a', position);
        await eventState.release(event(7), 'a');
        assert.deepEqual(await eventState.admit(event(7), 'b'), { kind: 'held' });
        await eventState.fail(event(7), 'b', position);
        await eventState.moved(event(7), 'b', position);
        assert.deepEqual(await eventState.admit(event(7), 'c'), { kind: 'stale' });
        assert.deepEqual(await eventState.admit(event(7, { hop: 1 }), 'c'), { kind: 'held' });
      });

      it('lets a key continue after a dead letter, and accepts a redrive only once', async () => {
        const eventState = freshState({ redis });
        await eventState.admit(event(7), 'a');
        await eventState.fail(event(7), 'a', { hop: 1, level: 1, dueAt: soon() });
        assert.equal(await eventState.dead(event(7, { hop: 1 }), 'a', 0), 'ok');
        assert.deepEqual(await eventState.admit(event(8), 'b'), { kind: 'run' });
        assert.deepEqual(await eventState.admit(event(7), 'c'), { kind: 'dead' });
        assert.deepEqual(await eventState.admit(event(7, { redrive: 1 }), 'c'), { kind: 'run' });
        await eventState.complete(event(7, { redrive: 1 }), 'c', 'held');
        assert.deepEqual(await eventState.admit(event(7, { redrive: 1 }), 'd'), { kind: 'done' });
      });

      it('holds a key behind its dead letter if the service asks for that, until the redrive has run', async () => {
        const eventState = freshState({ redis });
        await eventState.admit(event(7), 'a');
        await eventState.dead(event(7), 'a', 3);
        assert.deepEqual(await eventState.admit(event(8), 'b'), { kind: 'defer', level: 3, dueAt: 0 });
        assert.deepEqual(await eventState.admit(event(7, { redrive: 1 }), 'c'), { kind: 'held' });
        await eventState.complete(event(7, { redrive: 1 }), 'c', 'held');
        assert.deepEqual(await eventState.admit(event(8), 'd'), { kind: 'held' });
      });

      it('replaces the position of an unreadable event by its name, which keeps its turn', async () => {
        const eventState = freshState({ redis });
        const place = '@topic:0:7#digest';
        const [unread, named] = [{ ...event(7), identity: place }, event(7, { redrive: 1 })];
        await eventState.identify(named, place);
        await eventState.admit(unread, 'a');
        await eventState.dead(unread, 'a', 3);
        await eventState.identify(named, place);
        await eventState.identify(named, place);
        assert.deepEqual(await eventState.admit(event(8), 'b'), { kind: 'defer', level: 3, dueAt: 0 });
        assert.deepEqual(await eventState.admit(named, 'c'), { kind: 'held' });
        await eventState.complete(named, 'c', 'held');
        assert.deepEqual(await eventState.admit(event(8), 'd'), { kind: 'held' });
      });

      it('lets followers continue only when their head is lost for good', async () => {
        const eventState = freshState({ redis, orphanAfterMs: 50 });
        await waitLost(eventState, event(7));
        const follower = event(8, { hop: 1 });
        assert.equal((await eventState.admit(follower, 'b')).kind, 'defer');
        let admission = await eventState.admit(follower, 'b');
        while (admission.kind === 'defer') admission = await eventState.admit(follower, 'b');
        assert.equal(admission.kind, 'held');
      });

      it('does not count a head as lost because of events from the source topic', async () => {
        const eventState = freshState({ redis, orphanAfterMs: 1 });
        await waitLost(eventState, event(7));
        const until = Date.now() + 200;
        while (Date.now() < until) assert.equal((await eventState.admit(event(8), 'b')).kind, 'defer');
      });

      it('watches each head separately: a lost head does not shorten the watch on the next', async () => {
        const eventState = freshState({ redis, orphanAfterMs: 300 });
        await waitLost(eventState, event(7));
        await waitLost(eventState, event(8));
        const follower = event(9, { hop: 1 });
        const startedAt = Date.now();
        while ((await eventState.admit(follower, 'b')).kind === 'defer');
        assert.ok(Date.now() - startedAt >= 600, 'one after the other');
      });
    });

    describe('a zombie', () => {
      it('may not complete, renew, retry or dead-letter once another worker has the lease', async () => {
        const keyspace = `steps-${randomUUID()}`;
        await freshState({ redis, keyspace, leaseMs: 20 }).admit(event(1), 'zombie');
        const eventState = freshState({ redis, keyspace });
        while ((await eventState.admit(event(1), 'heir')).kind === 'busy');
        const position = { hop: 1, level: 1, dueAt: soon() };
        const verdicts = await Promise.all([
          eventState.complete(event(1), 'zombie', 'held'),
          eventState.renew(event(1), 'zombie'),
          eventState.fail(event(1), 'zombie', position),
          eventState.dead(event(1), 'zombie', 0),
        ]);
        assert.deepEqual(verdicts, ['refused', 'refused', 'refused', 'refused']);
      });

      it('whose lease expired may still complete if no other worker took it', async () => {
        const eventState = freshState({ redis, leaseMs: 20 });
        await eventState.admit(event(1), 'late');
        while ((await eventState.renew(event(1), 'late')) === 'ok')
          await new Promise((resolve) => setTimeout(resolve, 25));
        assert.equal(await eventState.complete(event(1), 'late', 'held'), 'ok');
        assert.deepEqual(await eventState.admit(event(1), 'next'), { kind: 'done' });
      });
    });

    it('its keys that wait and its open dead letters can be counted, and each event be looked up', async () => {
      const keyspace = `steps-${randomUUID()}`;
      const [scope = '', service = ''] = [keyspace.slice(0, 5), keyspace.slice(6)];
      const eventState = freshState({ redis, keyspace: `${scope}:${service}` });
      const position = { hop: 1, level: 1, dueAt: soon() };
      const subjects = Array.from({ length: 20 }, (_, number) => event(number, { orderKey: `key-${number}` }));
      for (const subject of subjects) await eventState.admit(subject, 'a');
      const [waiting, dead, done, running] = [0, 5, 10, 15].map((start) => subjects.slice(start, start + 5));
      for (const subject of waiting ?? []) {
        await eventState.fail(subject, 'a', position);
        await eventState.moved(subject, 'a', position);
      }
      for (const subject of dead ?? []) await eventState.dead(subject, 'a', 0);
      for (const subject of done ?? []) await eventState.complete(subject, 'a', 'run');
      const gauges = await readStateGauges(redis, `${scope}:${service}`, 60_000);
      assert.deepEqual(gauges, { heldKeys: 5, openLetters: 5 });
      const kinds = await Promise.all(subjects.map((one) => readMark({ redis, scope }, service, one)));
      assert.deepEqual(
        kinds.map(({ kind }) => kind),
        ['waiting', 'dead', 'done', 'running'].flatMap((kind) => Array.from({ length: 5 }, () => kind)),
      );
      const found = await readDone({ redis, scope }, service, subjects);
      assert.deepEqual([...found].sort(), done?.map(({ identity }) => identity).sort());
      assert.equal(running?.length, 5);
    });

    it('steps that are sent together run in one call, in order', async () => {
      const eventState = freshState({ redis });
      const replies = await Promise.all([
        eventState.admit(event(1), 'a'),
        eventState.complete(event(1), 'a', 'held'),
        eventState.admit(event(1), 'b'),
      ]);
      assert.deepEqual(replies, [{ kind: 'run' }, 'ok', { kind: 'done' }]);
    });
  });
}

describe('an error inside the script', () => {
  const keyspace = `steps-${randomUUID()}`;
  const keys = bucketKeys(keyspace, 0, 1);
  const states: boolean[] = [];
  const eventState = freshState({ keyspace, reachable: (yes) => states.push(yes) });

  it('fails only the faulty step of a call; Redis does not count as down', async () => {
    await single.hset(keys.marks, event(1).identity, 'no mark');
    await single.zadd(keys.heldKeys, 0, 'bad');
    await single.set(keys.waiting('bad'), 'no set');
    const replies = await Promise.allSettled([
      eventState.admit(event(0), 'a'),
      eventState.admit(event(1), 'a'),
      eventState.admit(event(2, { orderKey: 'bad' }), 'a'),
      eventState.admit(event(3), 'a'),
    ]);
    assert.deepEqual(
      replies.map((reply) => (reply.status === 'fulfilled' ? reply.value.kind : reply.reason.code)),
      ['run', 'STEP_FAILED', 'STEP_FAILED', 'run'],
    );
    assert.deepEqual(states, []);
  });

  it('in a key that only the gauges read fails no step', async () => {
    await single.set(keys.openLetters, 'no set');
    const subject = event(4, { orderKey: 'gauged' });
    await eventState.admit(subject, 'a');
    assert.equal(await eventState.fail(subject, 'a', { hop: 1, level: 1, dueAt: soon() }), 'ok');
    assert.equal(await eventState.dead(subject, 'a', 0), 'ok');
    assert.deepEqual(await eventState.admit(event(5, { orderKey: 'gauged' }), 'b'), { kind: 'run' });
  });

  it('that every event gets is the fault of Redis: the event waits until Redis takes steps', async () => {
    // The answer of a Redis that is too old for the script.
    let old = true;
    const ancient = {
      evalsha: async (...args: Parameters<Redis['evalsha']>) => {
        if (old) throw Object.assign(new Error('ERR syntax error'), { name: 'ReplyError' });
        return single.evalsha(...args);
      },
    };
    const waiting = freshState({ redis: ancient as Redis, reachable: (yes) => states.push(yes) });
    const admission = waiting.admit(event(1), 'a');
    await until('Redis is reported as unusable', () => states.includes(false));
    old = false;
    assert.deepEqual(await admission, { kind: 'run' });
    assert.deepEqual(states, [false, true]);
  });
});
