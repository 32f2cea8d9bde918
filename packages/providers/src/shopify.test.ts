import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '@shopify/shopify-api/adapters/node';
import { LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { shopify } from './shopify.ts';

const SECRET = 'test_secret_key';
const body = '{"foo": "bar"}';

const library = shopifyApi({
  apiKey: 'key',
  apiSecretKey: SECRET,
  hostName: 'shop.example.com',
  apiVersion: '2026-01' as never,
  isEmbeddedApp: false,
  logger: { level: LogSeverity.Error },
});

describe('Shopify', () => {
  passesEveryProvider(shopify, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
  });

  it('accepts the published signature', async () => {
    const headers = { 'x-shopify-hmac-sha256': 'B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=' };
    assert.deepEqual(await judge(shopify, { secrets: [SECRET], headers, body }), VALID);
  });

  it("signs as Shopify's library wants it", async () => {
    const signed = await shopify.sign({ method: 'POST', url: '', body: Buffer.from(body) }, SECRET, Date.now());
    const headers = {
      ...signed,
      'x-shopify-topic': 'orders/create',
      'x-shopify-api-version': '2026-01',
      'x-shopify-shop-domain': 'shop.myshopify.com',
      'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    };
    const rawRequest = { method: 'POST', url: '/', headers };
    const validated = await library.webhooks.validate({ rawBody: body, rawRequest });
    assert.equal(validated.valid, true, JSON.stringify(validated));
  });
});
