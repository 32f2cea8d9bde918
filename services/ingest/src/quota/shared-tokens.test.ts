import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it, type TestContext } from 'node:test';
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { connectSharedTokens } from './shared-tokens.ts';
import { createTenantQuota } from './tenant-quota.ts';

const stack = testStack();

async function connect(t: TestContext, scope: string, redisUrl = stack.redisUrl) {
  const lines: string[] = [];
  const metrics = new Registry();
  const logger = createLogger('ingest', 'info', { write: (line: string) => void lines.push(line) });
  const tokens = connectSharedTokens({ redisUrl, scope, logger, metrics });
  t.after(tokens.close);
  return { tokens, metrics, lines };
}

it('instances take from one bucket, which refills at its rate and expires when it is full', async (t) => {
  const scope = randomUUID();
  const [{ tokens: one }, { tokens: other }] = [await connect(t, scope), await connect(t, scope)];
  await until('both are connected', () => one.usable && other.usable);
  const rate = { perSecond: 1, burst: 100 };
  // From a new bucket if Redis takes longer than ingest waits for it.
  const { tenant, first, rest } = await until('both are answered in time', async () => {
    const tenant = randomUUID();
    const [first, rest] = [await one.take(tenant, rate, 60), await other.take(tenant, rate, 60)];
    return first !== undefined && rest !== undefined && { tenant, first, rest };
  });
  assert.deepEqual(first, { granted: 60, nextMs: 0 });
  assert.ok(rest.granted >= 40 && rest.granted < 60, JSON.stringify(rest));
  assert.ok(rest.nextMs > 0 && rest.nextMs <= 1_000, JSON.stringify(rest));
  await until('there is another token', async () => (await one.take(tenant, rate, 1))?.granted === 1);
  const another = await until('it is answered in time', () => other.take(randomUUID(), rate, 100));
  assert.equal(another.granted, 100, 'another tenant has a bucket of its own');
  const redis = new Redis(stack.redisUrl);
  t.after(() => redis.disconnect());
  const expiresIn = await redis.pttl(`ingest:quota:${scope}:${tenant}`);
  assert.ok(expiresIn > 50_000 && expiresIn <= 102_000, `expires in ${expiresIn} ms`);
});

it('without Redis, an instance grants the quota by itself, and says so once', async (t) => {
  const { tokens, metrics, lines } = await connect(t, 'none', 'redis://127.0.0.1:1');
  const quota = createTenantQuota({ rateOf: () => ({ perSecond: 0.001, burst: 5 }), shared: tokens, metrics });
  await until('it has tried twice', () => lines.length > 0);
  const waits = await Promise.all(Array.from({ length: 8 }, () => quota.take('acme')));
  assert.equal(waits.filter((wait) => wait === 0).length, 5);
  assert.equal(lines.filter((line) => line.includes('each instance grants the whole quota')).length, 1);
  assert.match(await metrics.metrics(), /ingest_quota_shared 0/);
});
