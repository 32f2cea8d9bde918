import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Stripe from 'stripe';
import { invalid, judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { stripe } from './stripe.ts';

const library = new Stripe('sk_test_nothing');
const secret = 'whsec_test_secret';
const body = '{"id": "evt_test_webhook", "object": "event"}';
const SECONDS = 1_700_000_000;
const judgeSigned = (signature: string) =>
  judge(stripe, { secrets: [secret], headers: { 'stripe-signature': signature }, body, now: SECONDS * 1_000 });

describe('Stripe', () => {
  passesEveryProvider(stripe, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
    severalSignatures: true,
  });

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
