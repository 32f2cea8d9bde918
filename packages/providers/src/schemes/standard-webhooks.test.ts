import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as signEd25519 } from 'node:crypto';
import { describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { invalid, judge } from '../../fixtures/judge.ts';
import { ISO } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { standardWebhooks } from './standard-webhooks.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PUBLIC_KEY = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const SECONDS = 1_614_265_330;
const V1 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const V1A = 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==';
const body = '{"test": 2432232314}';

const judgeSigned = (
  signature: string,
  secrets = [SECRET],
  { id = ID, time = String(SECONDS), family = 'webhook' } = {},
) =>
  judge(standardWebhooks, {
    secrets,
    headers: { [`${family}-id`]: id, [`${family}-timestamp`]: time, [`${family}-signature`]: signature },
    body,
    now: SECONDS * 1_000,
  });
const VALID = { kind: 'valid', id: ID };

describe('Standard Webhooks', () => {
  passesEveryProvider(standardWebhooks, {
    secret: 'whsec_bG9jYWwtc2VjcmV0LWxvY2FsLXNlY3JldC0xMjM0',
    otherSecret: SECRET,
    covers: { body: true, time: true },
    severalSignatures: true,
  });

  mapsItsExamples(standardWebhooks, {
    'order.created': [
      {
        type: 'order.created',
        at: ISO,
        fields: {
          orderId: 'order-run-1',
          email: 'jane.doe@example.com',
          total: 129.9,
          currency: 'EUR',
          items: [{ sku: 'KET-17', name: 'Kettle, 1.7 l', quantity: 1, price: 89.9 }],
        },
      },
    ],
  });

  it("accepts the specification's examples, by a secret and by a public key", async () => {
    assert.deepEqual(await judgeSigned(V1), VALID);
    assert.deepEqual(await judgeSigned(V1A, [PUBLIC_KEY]), VALID);
    assert.deepEqual(await judgeSigned(V1, [PUBLIC_KEY]), invalid('mismatch'));
    assert.deepEqual(await judgeSigned(V1A), invalid('mismatch'));
  });

  it('accepts one right signature among others, of which it tries 16', async () => {
    assert.deepEqual(await judgeSigned(`v1,AAAA v2,xyz ${V1A} ${V1}`, [SECRET, PUBLIC_KEY]), VALID);
    assert.deepEqual(await judgeSigned(`${'v1,AAAA '.repeat(15)}${V1}`), VALID);
    assert.deepEqual(await judgeSigned(`${'v1,AAAA '.repeat(10_000)}${V1}`), invalid('mismatch'));
  });

  it("accepts Svix's names of the headers, but no mixture of both", async () => {
    assert.deepEqual(await judgeSigned(V1, [SECRET], { family: 'svix' }), VALID);
    const headers = { 'svix-id': ID, 'webhook-timestamp': String(SECONDS), 'webhook-signature': V1 };
    assert.deepEqual(
      await judge(standardWebhooks, { secrets: [SECRET], headers, body, now: SECONDS * 1_000 }),
      invalid('missing'),
    );
  });

  it("accepts what the vendors' libraries sign, and they accept ours", async () => {
    const now = Date.now();
    for (const [family, library] of [
      ['webhook', new Webhook(SECRET)],
      ['svix', new SvixWebhook(SECRET)],
    ] as const) {
      const signature = library.sign(ID, new Date(now), body);
      const headers = {
        [`${family}-id`]: ID,
        [`${family}-timestamp`]: String(Math.floor(now / 1_000)),
        [`${family}-signature`]: signature,
      };
      assert.deepEqual(await judge(standardWebhooks, { secrets: [SECRET], headers, body, now }), VALID);
      const message = { method: 'POST', url: '', body: Buffer.from(body) };
      const signed = await standardWebhooks.sign(message, SECRET, now);
      assert.doesNotThrow(() => library.verify(body, signed));
    }
  });

  it('accepts the signature of a key pair', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const signature = signEd25519(null, Buffer.from(`${ID}.${SECONDS}.${body}`), privateKey).toString('base64');
    const key = `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;
    assert.deepEqual(await judgeSigned(`v1a,${signature}`, [key]), VALID);
    assert.deepEqual(await judgeSigned(`v1a,${signature}`, [PUBLIC_KEY]), invalid('mismatch'));
  });

  it('refuses an id with a dot, which would move the boundary to the time', async () => {
    const secret = Buffer.from(SECRET.slice(6), 'base64');
    const { createHmac } = await import('node:crypto');
    const signature = createHmac('sha256', secret).update(`a.b.${SECONDS}.${body}`).digest('base64');
    assert.deepEqual(await judgeSigned(`v1,${signature}`, [SECRET], { id: 'a.b' }), invalid('form'));
    for (const id of ['', 'a b', 'x'.repeat(257)])
      assert.equal((await judgeSigned(V1, [SECRET], { id })).kind, 'invalid');
  });

  it('refuses another version and a time that is no number', async () => {
    assert.deepEqual(await judgeSigned(V1.replace('v1', 'v2')), invalid('form'));
    assert.deepEqual(await judgeSigned(V1, [SECRET], { time: '2021-02-25' }), invalid('form'));
  });

  it('reads a secret without its padding or prefix, and says what is wrong with others', async () => {
    const padded = 'whsec_bG9jYWwtc2VjcmV0LWxvY2FsLQ==';
    for (const secret of [padded, padded.replace('==', ''), padded.slice(6)]) {
      assert.equal(standardWebhooks.readSecret?.(secret).export().toString(), 'local-secret-local-');
    }
    assert.throws(() => standardWebhooks.readSecret?.('whsec_not base64!'), RangeError);
    assert.throws(() => standardWebhooks.readSecret?.('whpk_AAAA'), RangeError);
  });
});
