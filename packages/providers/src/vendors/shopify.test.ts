import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import '@shopify/shopify-api/adapters/node';
import { LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { shopifyBodies } from '../../fixtures/bodies/shopify.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsFullBodies } from '../../fixtures/full-bodies.ts';
import { judge, VALID } from '../../fixtures/judge.ts';
import { ISO, NOW, NUMBER } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
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

  mapsItsExamples(shopify, {
    'orders/create': [
      {
        type: 'order.created',
        id: NUMBER,
        at: ISO,
        fields: {
          orderId: String(NUMBER),
          orderNumber: '#9999',
          customerId: '115310627',
          email: 'jon@example.com',
          phone: '555-555-SHIP',
          customerName: 'Steve Shipper',
          status: 'pending',
          total: 398,
          currency: 'USD',
          items: [
            { sku: 'IPOD2008PINK', name: 'IPod Nano - 8GB', quantity: 1, price: 199 },
            { sku: 'SKU2006-001', name: 'Aviator sunglasses', quantity: 1, price: 199 },
          ],
          placedAt: NOW,
          orderUrl: 'https://shop.example.com/690933842/orders/123456abcd/authenticate?key=abcdefg',
          locale: 'en',
        },
      },
    ],
    'orders/paid': [
      {
        type: 'payment.confirmed',
        id: NUMBER,
        at: ISO,
        fields: {
          orderId: String(NUMBER),
          customerId: '115310627',
          email: 'jon@example.com',
          phone: '555-555-SHIP',
          customerName: 'Steve Shipper',
          amount: 398,
          currency: 'USD',
          method: 'visa',
          paidAt: NOW,
          locale: 'en',
        },
      },
    ],
    'orders/paid, not paid': [],
    'orders/cancelled': [
      {
        type: 'order.cancelled',
        id: NUMBER,
        at: ISO,
        fields: {
          orderId: String(NUMBER),
          orderNumber: '#9999',
          customerId: '115310627',
          email: 'jon@example.com',
          phone: '555-555-SHIP',
          customerName: 'Steve Shipper',
          status: 'refunded',
          total: 398,
          currency: 'USD',
          items: [
            { sku: 'IPOD2008PINK', name: 'IPod Nano - 8GB', quantity: 1, price: 199 },
            { sku: 'SKU2006-001', name: 'Aviator sunglasses', quantity: 1, price: 199 },
          ],
          cancelledAt: NOW,
          orderUrl: 'https://shop.example.com/690933842/orders/123456abcd/authenticate?key=abcdefg',
          locale: 'en',
        },
      },
    ],
    'fulfillments/create': [
      {
        type: 'order.shipped',
        id: NUMBER,
        at: ISO,
        fields: {
          orderId: String(NUMBER),
          orderNumber: '#9999',
          email: 'jon@example.com',
          phone: '555-555-SHIP',
          customerName: 'Steve Shipper',
          status: 'success',
          trackingNumber: '1Z827WK74630',
          carrier: 'UPS',
          trackingUrl: 'https://carrier.example.com/track/1Z827WK74630',
          items: [
            { sku: 'IPOD2008PINK', name: 'IPod Nano - 8GB', quantity: 1, price: 199 },
            { sku: 'SKU2006-001', name: 'Aviator sunglasses', quantity: 1, price: 199 },
          ],
          shippedAt: NOW,
        },
      },
    ],
    'fulfillment_events/create': [
      {
        type: 'order.delivered',
        id: NUMBER,
        at: ISO,
        fields: { orderId: String(NUMBER), status: 'delivered', deliveredAt: NOW },
      },
    ],
    'fulfillment_events/create, in transit': [],
    'refunds/create': [
      {
        type: 'payment.refunded',
        id: NUMBER,
        at: ISO,
        fields: {
          orderId: String(NUMBER),
          paymentId: '245135270',
          refundId: String(NUMBER),
          amount: 199,
          currency: 'USD',
          method: 'bogus',
          status: 'success',
          reason: 'Things were damaged',
          items: [{ sku: 'SKU2006-001', name: 'Aviator sunglasses', quantity: 1, price: 199 }],
          refundedAt: NOW,
        },
      },
    ],
    'inventory_levels/update': [
      {
        type: 'stock.changed',
        id: `271878346-${NUMBER}-${ISO}`,
        at: ISO,
        fields: { productId: '271878346', quantity: 6, warehouse: String(NUMBER), changedAt: NOW },
      },
    ],
  });

  knowsFullBodies(shopify, shopifyBodies);

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
