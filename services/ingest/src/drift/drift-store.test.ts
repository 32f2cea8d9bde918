import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import { createLogger } from '@switchboard/service';
import { type Stack, startStack } from '@switchboard/stack';
import { eventually } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { sourceOf } from '../../fixtures/app.ts';
import { createDrift } from './drift.ts';
import { driftKeys, readDrift } from './drift-record.ts';
import { connectDriftStore } from './drift-store.ts';

const CANARY = 'canary-of-eva@example.org';

const eventOf = (extra: object | null, fields: object = {}): AnyEvent =>
  ({
    meta: { type: 'order.created', extra: extra === null ? null : JSON.stringify(extra) },
    ...fields,
  }) as unknown as AnyEvent;

describe('what instances find', () => {
  let directory: string;
  let stack: Stack;
  let redis: Redis;
  let scopes = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drift-'));
    stack = await startStack({ directory, ports: 'free', parts: ['redis'] });
    redis = new Redis(stack.redisUrl);
  });
  after(async () => {
    redis?.disconnect();
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function newScope(): string {
    scopes += 1;
    return `scope-${scopes}`;
  }

  /** An ingest that saves only when it is asked to. */
  function instance(t: TestContext, scope: string, redisUrl = stack.redisUrl) {
    const clock = { now: Date.now() };
    const drift = createDrift({ registry: new Registry(), sources: () => [], now: () => clock.now });
    const lines: string[] = [];
    const logger = createLogger('test', 'trace', { write: (line: string) => void lines.push(line) });
    const store = connectDriftStore({ redisUrl, scope, drift, logger, everyMs: 3_600_000 });
    t.after(() => store.close());
    const shop = sourceOf('shop');
    return {
      store,
      lines,
      observe(times: number, extra: object | null, fields: object = {}): void {
        for (let event = 0; event < times; event += 1) {
          clock.now += 1_000;
          drift.observe(shop, eventOf(extra, fields));
        }
      },
    };
  }

  /** Saves until it reads as it should: the connection may not be there yet. */
  const saved = (store: { save(): Promise<void> }, scope: string, check: (shop: Shop) => void): Promise<void> =>
    eventually(async () => {
      await store.save();
      const [shop] = await readDrift(redis, scope);
      assert.ok(shop);
      check(shop);
    });
  type Shop = Awaited<ReturnType<typeof readDrift>>[number];
  const counts = ({ unmapped }: Shop) => Object.fromEntries(unmapped.map(({ path, events }) => [path, events]));

  it('adds up, with the first and the last time, and is written once', async (t) => {
    const scope = newScope();
    const [one, other] = [instance(t, scope), instance(t, scope)];
    one.observe(3, { coupon: 'A' });
    await saved(one.store, scope, (shop) => assert.deepEqual(counts(shop), { coupon: 3 }));
    other.observe(4, { coupon: 7, gift: true });
    await saved(other.store, scope, (shop) => assert.deepEqual(counts(shop), { coupon: 7, gift: 4 }));
    one.observe(1, { coupon: null });
    await saved(one.store, scope, (shop) => {
      const [coupon] = shop.unmapped;
      assert.deepEqual([coupon?.type, coupon?.path, coupon?.events], ['order.created', 'coupon', 8]);
      assert.deepEqual(coupon?.kinds, ['string', 'integer', 'null']);
      assert.ok(coupon.firstAt < coupon.lastAt);
    });
    await one.store.save();
    await saved(other.store, scope, (shop) => assert.deepEqual(counts(shop), { coupon: 8, gift: 4 }));
  });

  it('holds no value, and is forgotten after a week', async (t) => {
    const scope = newScope();
    const { store, observe, lines } = instance(t, scope);
    observe(30, { note: CANARY, people: { [CANARY]: { mail: CANARY } } }, { email: CANARY });
    await saved(store, scope, (shop) => assert.equal(counts(shop).note, 30));
    const keys = [driftKeys.index(scope), driftKeys.of(scope, 'shop')];
    const hash = await redis.hgetall(keys[1] as string);
    assert.doesNotMatch(JSON.stringify([hash, await redis.smembers(keys[0] as string), lines]), /canary|eva/i);
    for (const key of keys) {
      const ttl = await redis.pttl(key);
      assert.ok(ttl > 6 * 86_400_000 && ttl <= 7 * 86_400_000, `${key}: ${ttl}`);
    }
  });

  it('is bounded, and loses the paths that became *', async (t) => {
    const scope = newScope();
    const { store, observe } = instance(t, scope);
    const key = (number: number): string =>
      `k${[...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;
    for (let number = 0; number < 20; number += 1) observe(1, { scores: { [key(number)]: 1 } });
    await saved(store, scope, (shop) => assert.equal(shop.unmapped.length, 20));
    for (let number = 20; number < 40; number += 1) observe(1, { scores: { [key(number)]: 1 } });
    await saved(store, scope, (shop) => assert.deepEqual(counts(shop), { 'scores.*': 40 }));
    const hash = driftKeys.of(scope, 'shop');
    for (let number = 0; number < 2_500; number += 1)
      await redis.hset(hash, `u order.created ${key(number)}`, '1 1 1 1 1');
    observe(1, { afterwards: 1 });
    await saved(store, scope, (shop) => assert.deepEqual(Object.keys(counts(shop)).sort(), ['afterwards', 'scores.*']));
  });

  it('outlasts a restart: which fields always come, and since when one is missing', async (t) => {
    const scope = newScope();
    const before = instance(t, scope);
    before.observe(200, null, { email: CANARY });
    await saved(before.store, scope, ({ established }) =>
      assert.deepEqual(
        established.map(({ field }) => field),
        ['email'],
      ),
    );
    await before.store.close();
    const after = instance(t, scope);
    await eventually(async () => {
      after.observe(50, null);
      await after.store.save();
      const [shop] = await readDrift(redis, scope);
      assert.deepEqual(
        shop?.missing.map(({ field }) => field),
        ['email'],
      );
    });
    after.observe(1, null, { email: CANARY });
    await saved(after.store, scope, ({ missing }) => assert.deepEqual(missing, []));
  });

  it('is kept while Redis is away, without a word to the log', async (t) => {
    const away = instance(t, newScope(), 'redis://127.0.0.1:1');
    away.observe(3, { coupon: 'A' });
    await away.store.save();
    await away.store.close();
    assert.doesNotMatch(away.lines.join('\n'), /"level":(?:[3-6]0|"(?:info|warn|error)")/);
  });

  it('is read as far as it is ours', async () => {
    const scope = newScope();
    await redis.sadd(driftKeys.index(scope), 'shop');
    await redis.hset(driftKeys.of(scope, 'shop'), {
      root: 'body',
      'u order.created good': '1 2 3 4 5',
      'u order.created bad': '1 2 3 four 5',
      'u nonsense x': '1 2 3 4 5',
      __proto__: 'x',
      'm order.created email': '1 2',
      'e order.created email': '',
    });
    const [{ unmapped, missing, established, root }] = (await readDrift(redis, scope)) as [Shop];
    assert.deepEqual([unmapped.length, missing.length, established.length, root], [1, 1, 0, 'body']);
  });
});
