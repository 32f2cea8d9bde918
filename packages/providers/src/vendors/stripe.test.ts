import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Stripe from 'stripe';
import { stripeBodies } from '../../fixtures/bodies/stripe.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsFullBodies } from '../../fixtures/full-bodies.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { NOW, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { stripe } from './stripe.ts';

const library = new Stripe('sk_test_nothing');
const secret = 'whsec_test_secret';
const body = '{"id": "evt_test_webhook", "object": "event"}';
const judgeSigned = (signature: string) =>
  judge(stripe, { secrets: [secret], headers: { 'stripe-signature': signature }, body, now: SECONDS * 1_000 });

describe('Stripe', () => {
  passesEveryProvider(stripe, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
    severalSignatures: true,
  });

  mapsItsExamples(stripe, {
    'payment_intent.succeeded': [
      {
        type: 'payment.confirmed',
        id: 'evt_run-1',
        at: SECONDS,
        fields: {
          orderId: 'order-1001',
          paymentId: 'pi_run-1',
          userId: 'user-1024',
          customerId: 'cus_NffrFeUfNV2Hib',
          email: 'jane.doe@example.com',
          amount: 129.9,
          currency: 'EUR',
          method: 'card',
          paidAt: NOW,
        },
      },
    ],
    'payment_intent.succeeded without an order': [],
    'payment_intent.payment_failed': [
      {
        type: 'payment.failed',
        id: 'evt_run-1',
        at: SECONDS,
        fields: {
          orderId: 'order-1001',
          paymentId: 'pi_run-1',
          userId: 'user-1024',
          customerId: 'cus_NffrFeUfNV2Hib',
          email: 'jane.doe@example.com',
          amount: 129.9,
          currency: 'EUR',
          method: 'card',
          reason: 'Your card has insufficient funds.',
          errorCode: 'insufficient_funds',
          failedAt: NOW,
        },
      },
    ],
    'charge.refunded': [
      {
        type: 'payment.refunded',
        id: 'evt_run-1',
        at: SECONDS,
        fields: {
          orderId: 'order-1001',
          paymentId: 'pi_3MtwBwLkdIwHu7ix28a3tqPa',
          userId: 'user-1024',
          email: 'jane.doe@example.com',
          customerName: 'Jane Doe',
          amount: 49.9,
          currency: 'EUR',
          isPartial: true,
          method: 'card',
          refundedAt: NOW,
        },
      },
    ],
    'customer.subscription.updated': [
      {
        type: 'subscription.changed',
        id: 'evt_run-1',
        at: SECONDS,
        fields: {
          subscriptionId: 'sub_1MowQVLkdIwHu7ixeRlqHVzs',
          customerId: 'cus_NffrFeUfNV2Hib',
          plan: 'Team',
          status: 'active',
          previousStatus: 'trialing',
          quantity: 5,
          amount: 2900,
          currency: 'JPY',
          interval: 'month',
          renewsAt: NOW,
          trialEndsAt: NOW,
          changedAt: NOW,
        },
      },
    ],
  });

  knowsFullBodies(stripe, stripeBodies);

  const ours = library.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: SECONDS });

  it("accepts what Stripe's library signs, and the library accepts ours", async () => {
    assert.deepEqual(await judgeSigned(ours), VALID);
    const now = Date.now();
    const signed = await stripe.sign({ method: 'POST', url: '', body: Buffer.from(body) }, secret, now);
    assert.equal(
      library.webhooks.constructEvent(body, signed['stripe-signature'] ?? '', secret).id,
      'evt_test_webhook',
    );
  });

  it('accepts one right signature among others, of which it reads 16 parts', async () => {
    const [time, signature] = ours.split(',');
    assert.deepEqual(await judgeSigned(`${time},v1=00,v0=00,${signature}`), VALID);
    assert.deepEqual(await judgeSigned(`${time},${'v1=00,'.repeat(10_000)}${signature}`), invalid('mismatch'));
  });

  it('refuses a signature of the test scheme alone, two times, and other forms', async () => {
    const [time = '', signature = ''] = ours.split(',');
    for (const form of [
      `${time},${signature.replace('v1', 'v0')}`,
      `${time},t=1,${signature}`,
      signature,
      't=x,v1=00',
      '=',
    ]) {
      assert.deepEqual(await judgeSigned(form), invalid('form'), form);
    }
  });
});
