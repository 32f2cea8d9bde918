import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import pino from 'pino';
import { digestOf, doneSetOf, readGenerations } from './done-sets.ts';
import { createEventState, type StateSubject } from './event-state.ts';
import { bucketKeys, bucketOf } from './state-keys.ts';

const redis = new Redis((await testStack()).redisUrl);
after(() => redis.disconnect());

function open(keyspace: string, doneTtlMs = 60_000) {
  const eventState = createEventState({
    ...{ redis, keyspace, leaseMs: 30_000, doneTtlMs, orphanAfterMs: 60_000 },
    logger: pino({ level: 'silent' }),
    reachable: () => {},
  });
  after(() => eventState.close());
  return {
    async handle(event: StateSubject) {
      assert.equal((await eventState.admit(event, 'token')).kind, 'run');
      assert.equal(await eventState.complete(event, 'token', 'run'), 'ok');
    },
    async isDone(event: StateSubject) {
      const { kind } = await eventState.admit(event, 'token');
      if (kind !== 'done') await eventState.release(event, 'token');
      return kind === 'done';
    },
  };
}

const event = (name: string): StateSubject => ({
  identity: `acme:source:message.received:${name}`,
  orderKey: 'topic|acme:key',
  origin: { offset: 1 },
  position: { hop: 0, redrive: 0 },
});

const generationsOf = async (keyspace: string) =>
  readGenerations((await redis.get(bucketKeys(keyspace, 0, 1).generations)) ?? '');

it('a full set opens a generation with more sets; every instance knows the events of all generations', async () => {
  const keyspace = `done-sets-${randomUUID()}`;
  const [one, other] = [open(keyspace), open(keyspace)];
  await one.handle(event('first'));
  assert.equal(await other.isDone(event('first')), true);
  const [first = { openedAt: '', bits: 0, names: [] }] = await generationsOf(keyspace);
  const set = doneSetOf(bucketKeys(keyspace, 0, 1), first, digestOf(event('fills').identity));
  await redis.sadd(set, ...Array.from({ length: 480 }, (_, index) => index));
  await one.handle(event('fills'));
  assert.deepEqual(
    (await generationsOf(keyspace)).map(({ bits }) => bits),
    [first.bits, first.bits + 4],
  );
  await one.handle(event('next'));
  assert.equal(await redis.object('ENCODING', set), 'intset', 'it is still small enough for 8 bytes an entry');
  for (const name of ['first', 'fills', 'next']) assert.equal(await other.isDone(event(name)), true, name);
  assert.equal(await other.isDone(event('new')), false);
});

it('an event is remembered for its time, in several generations, and forgotten after it', async () => {
  const keyspace = `done-sets-${randomUUID()}`;
  const ttlMs = 2_000;
  const { handle, isDone } = open(keyspace, ttlMs);
  const doneAt = new Map<string, number>();
  const startedAt = Date.now();
  let number = 0;
  let checked = 0;
  while (Date.now() - startedAt < 3 * ttlMs) {
    number += 1;
    // Redis counts from a moment between this one and the answer.
    doneAt.set(`e-${number}`, Date.now());
    await handle(event(`e-${number}`));
    const oldest = [...doneAt].find(([, at]) => Date.now() - at < ttlMs * 0.9);
    if (oldest !== undefined) {
      const known = await isDone(event(oldest[0]));
      // A machine that was busy in between proves nothing.
      if (Date.now() - oldest[1] < ttlMs) {
        assert.equal(known, true, oldest[0]);
        checked += 1;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(checked > 10);
  assert.ok((await generationsOf(keyspace)).length <= 4, 'old generations leave the list');
  await until('the first event is forgotten', async () => !(await isDone(event('e-1'))));
  await until('no set is left', async () => (await redis.keys(`s:${keyspace}:*`)).length === 0);
});

it('digests are 64-bit integers, spread evenly over the sets', () => {
  fc.assert(
    fc.property(fc.string(), (identity) => {
      const { entry, place } = digestOf(identity);
      assert.equal(BigInt.asIntN(64, BigInt(entry)).toString(), entry);
      assert.ok(place >= 0 && place < 2 ** 32);
    }),
  );
  const counts = new Map<string, number>();
  const keys = bucketKeys('spread', 0, 1);
  const generation = { openedAt: '1', bits: 4, names: [] };
  for (let number = 0; number < 10_000; number += 1) {
    const set = doneSetOf(keys, generation, digestOf(`event-${number}`));
    counts.set(set, (counts.get(set) ?? 0) + 1);
  }
  assert.equal(counts.size, 16);
  for (const count of counts.values()) assert.ok(count > 500 && count < 750, String(count));
});

it('one Redis has one bucket; the 256 of a cluster get about the same number of keys', () => {
  assert.equal(bucketOf('any', 1), 0);
  const keys = Array.from({ length: 25_600 }, (_, number) => `topic|acme:conv_${number}`);
  const ofBucket = Map.groupBy(keys, (key) => bucketOf(key, 256));
  assert.equal(ofBucket.size, 256);
  for (const { length } of ofBucket.values()) assert.ok(length > 50 && length < 160, String(length));
});
