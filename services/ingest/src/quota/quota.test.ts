import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { createApiKey, digestOf } from '@switchboard/callers';
import { Registry } from 'prom-client';
import { escalation, send, sourceOf, sourcesOf, startApp } from '../../fixtures/app.ts';
import { createTenantQuota } from './tenant-quota.ts';

const KEY = createApiKey('acme');

/** Five events for acme, no limit for others. */
async function start(t: TestContext) {
  const key = { name: 'nightly', digest: digestOf(KEY), types: undefined, expiresAt: Number.POSITIVE_INFINITY };
  const quota = createTenantQuota({
    rateOf: (tenant) => ({ perSecond: tenant === 'acme' ? 0.001 : 0, burst: 5 }),
    shared: { usable: false, take: async () => undefined },
    metrics: new Registry(),
  });
  const sources = sourcesOf(
    sourceOf('chat'),
    sourceOf('shop'),
    sourceOf('other', { tenant: 'umbrella' }),
    sourceOf('backoffice', { scheme: 'api', apiKeys: [key] }),
  );
  const app = await startApp(t, { sources, quota });
  const batch = (count: number) => {
    const events = Array.from({ length: count }, (_, index) => ({
      type: 'order.created',
      id: `e-${index}`,
      data: { orderId: `o-${index}` },
    }));
    const body = JSON.stringify(events);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
    return send(app.port, '/v1/events', body, { ...headers, 'content-length': Buffer.byteLength(body) });
  };
  return { ...app, batch };
}

it('the sources of a tenant share its quota, and those of other tenants have their own', async (t) => {
  const { post, published, count } = await start(t);
  for (const source of ['chat', 'shop', 'chat', 'shop', 'chat']) {
    assert.equal((await post(`/webhooks/${source}`, escalation())).status, 200);
  }
  const refused = await post('/webhooks/shop', escalation());
  assert.equal(refused.status, 429);
  assert.deepEqual(refused.json(), { error: 'Too many events of this tenant' });
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.equal((await post('/webhooks/other', escalation())).status, 200);
  assert.equal(published.length, 6, 'a refused event is not in Kafka');
  assert.equal((await count('ingest_rejected_total'))['shop tenant_rate'], 1);
});

it('a batch counts its events: it is taken whole, and the next requests wait for it', async (t) => {
  const { post, published, batch } = await start(t);
  const first = await batch(20);
  assert.equal(first.status, 200);
  assert.equal(published.length, 20);
  const second = await batch(1);
  assert.equal(second.status, 429);
  assert.ok(Number(second.headers['retry-after']) > 10);
  assert.equal((await post('/webhooks/chat', escalation())).status, 429);
  assert.equal(published.length, 20);
});

it('a body with a wrong signature costs the tenant nothing', async (t) => {
  const { post } = await start(t);
  for (let number = 0; number < 10; number += 1) {
    const forged = await post('/webhooks/chat', escalation(), { 'x-webhook-signature': 'ab'.repeat(32) });
    assert.equal(forged.status, 401);
  }
  assert.equal((await post('/webhooks/chat', escalation())).status, 200);
});
