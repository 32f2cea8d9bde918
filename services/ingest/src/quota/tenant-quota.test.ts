import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Rate } from '@switchboard/async';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import type { SharedTokens } from './shared-tokens.ts';
import { createTenantQuota, quotaRate } from './tenant-quota.ts';

/** The bucket that instances share, on a clock that the test moves. */
function createBucket(rate: Rate, now: () => number) {
  let tokens = rate.burst;
  let at = now();
  const bucket = { calls: 0, granted: 0, usable: true };
  const shared: SharedTokens = {
    get usable() {
      return bucket.usable;
    },
    async take(_key, _rate, count, owed = 0) {
      await turn();
      if (!bucket.usable) return undefined;
      bucket.calls += 1;
      tokens = Math.min(rate.burst, tokens + ((now() - at) / 1_000) * rate.perSecond) - owed;
      at = now();
      const granted = Math.max(0, Math.min(count, Math.floor(tokens)));
      tokens -= granted;
      bucket.granted += granted;
      return { granted, nextMs: Math.max(0, Math.ceil(((1 - tokens) * 1_000) / rate.perSecond)) };
    },
  };
  return Object.assign(bucket, { shared });
}

function start(rate: Rate, instances = 1) {
  const clock = { ms: 0 };
  const now = (): number => clock.ms;
  const bucket = createBucket(rate, now);
  const metrics = Array.from({ length: instances }, () => new Registry());
  const quotas = metrics.map((registry) =>
    createTenantQuota({ rateOf: () => rate, shared: bucket.shared, metrics: registry, now }),
  );
  return { clock, bucket, metrics, quotas };
}

type Quotas = ReturnType<typeof start>['quotas'];

/** How many of so many requests at once are granted. */
async function ask(quotas: Quotas, count: number): Promise<number> {
  const waits = await Promise.all(
    Array.from({ length: count }, (_, index) => quotas[index % quotas.length]?.take('acme')),
  );
  return waits.filter((wait) => wait === 0).length;
}

describe('the quota of a tenant', () => {
  it('grants the burst, then the rate, and says when to come again', async () => {
    const { clock, quotas } = start({ perSecond: 10, burst: 100 });
    assert.equal(await ask(quotas, 300), 100);
    assert.equal(await quotas[0]?.take('acme'), 1);
    clock.ms += 5_000;
    assert.equal(await ask(quotas, 300), 50);
  });

  it('is one for all instances', async () => {
    const { clock, quotas } = start({ perSecond: 100, burst: 1_000 }, 5);
    assert.equal(await ask(quotas, 5_000), 1_000);
    clock.ms += 1_000;
    assert.equal(await ask(quotas, 5_000), 100);
  });

  it('takes few calls, also for a burst and while it is used up', async () => {
    const { clock, bucket, quotas } = start({ perSecond: 1_000, burst: 10_000 }, 2);
    await ask(quotas, 10_000);
    assert.ok(bucket.calls < 20, `${bucket.calls} calls for a burst of 10,000`);
    bucket.calls = 0;
    let granted = 0;
    for (let ms = 0; ms < 10_000; ms += 10) {
      clock.ms += 10;
      granted += await ask(quotas, 50);
    }
    assert.ok(bucket.calls <= 2 * 110, `${bucket.calls} calls of two instances in 10 s`);
    assert.ok(granted > 9_500 && granted <= 10_000, `${granted} of 10,000`);
  });

  it('makes the next requests wait for the events of a large one, which is taken whole', async () => {
    const { clock, quotas } = start({ perSecond: 10, burst: 10 }, 2);
    const [quota, other] = quotas;
    assert.equal(await quota?.take('acme'), 0);
    quota?.charge('acme', 99);
    assert.equal(await quota?.take('acme'), 10, '90 events beyond the burst');
    assert.equal(await other?.take('acme'), 10, 'also at the other instance');
    clock.ms += 8_000;
    assert.notEqual(await quota?.take('acme'), 0);
    clock.ms += 2_000;
    assert.equal(await quota?.take('acme'), 0);
  });

  it('is that of each instance while Redis does not answer', async () => {
    const { bucket, quotas } = start({ perSecond: 10, burst: 100 }, 2);
    bucket.usable = false;
    assert.equal(await ask(quotas, 500), 200);
    assert.equal(bucket.calls, 0);
  });

  it('grants from the local bucket if the answer fails while requests wait for it', async () => {
    const { bucket, quotas } = start({ perSecond: 10, burst: 100 });
    const asked = ask(quotas, 150);
    bucket.usable = false;
    assert.equal(await asked, 100);
  });

  it('does not limit a tenant whose rate is 0, and asks nobody', () => {
    const { quotas, bucket } = start(quotaRate(0));
    assert.equal(quotas[0]?.take('acme'), 0);
    assert.equal(bucket.calls, 0);
  });

  it('counts what it grants and refuses', async () => {
    const { quotas, metrics } = start({ perSecond: 10, burst: 100 });
    await ask(quotas, 150);
    const counts = await metrics[0]?.getSingleMetric('ingest_quota_events_total')?.get();
    assert.deepEqual(
      counts?.values.map(({ labels, value }) => [labels.outcome, value]),
      [
        ['granted', 100],
        ['refused', 50],
      ],
    );
  });

  it('never grants more than the burst and the rate since', async () => {
    const steps = fc.array(fc.record({ ms: fc.nat(400), requests: fc.nat(60) }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(1, 20, 300), fc.integer({ min: 1, max: 4 }), async (all, rate, count) => {
        const burst = 2 * rate;
        const { clock, quotas, bucket } = start({ perSecond: rate, burst }, count);
        let granted = 0;
        for (const { ms, requests } of all) {
          clock.ms += ms;
          granted += await ask(quotas, requests);
          assert.ok(granted <= burst + (rate * clock.ms) / 1_000);
          assert.ok(bucket.granted >= granted);
        }
      }),
      { numRuns: 50 },
    );
  });
});
