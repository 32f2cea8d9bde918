import assert from 'node:assert/strict';
import { createHash, createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeJwt, SignJWT } from 'jose';
import { anyToken } from '../../fixtures/any-token.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { createMapper, ISO, NOW as MAPPED_AT, RUN } from '../../fixtures/map-example.ts';
import { messagebird } from './messagebird.ts';

// https://github.com/messagebird/messagebird-nodejs/blob/master/lib/testdata/webhook-signature-jwt-reference.json
const SECRET = '36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb';
const NOW = Date.parse('2021-07-05T12:00:00+02:00');
const URL = 'https://example.com/path?bar=1&foo=2';
const BODY = 'Hello, World!';
const [HEADER, SIGNATURE] = ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', '_H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I'];
const CLAIMS =
  'eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0';
const TOKEN = `${HEADER}.${CLAIMS}.${SIGNATURE}`;
const BARE_TOKEN = `${HEADER}.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.6Fp0rVOsRr1fj9S2GidXAfkmPVofKr8_RTffC6G6r2E`;

const sent = { token: TOKEN as string | undefined, url: URL, body: BODY, secrets: ['older', SECRET] };
const judge = (change: Partial<typeof sent> = {}, now = NOW) => {
  const { token, url, body, secrets } = { ...sent, ...change };
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  return messagebird.verifier({ keys, requireTimestamp: false, publicUrl: URL, settings: {} })(
    { method: 'POST', url, headers: { 'messagebird-signature-jwt': token }, body: Buffer.from(body) },
    now,
  );
};
const invalid = (fault: string) => ({ kind: 'invalid', fault });
const VALID = { kind: 'valid', id: '93e55006-a0e8-4526-a190-fa5ff00ea116' };

describe("MessageBird's token", () => {
  it("accepts the library's test vectors", async () => {
    assert.deepEqual(await judge(), VALID);
    assert.deepEqual(await judge({ token: BARE_TOKEN, url: 'https://example.com/', body: '' }), {
      kind: 'valid',
      id: '59a244dc-e9ad-4e23-9778-371faa238f72',
    });
  });

  it('accepts what it signs, with the claims that MessageBird sends', async () => {
    const made = await messagebird.sign({ method: 'POST', url: URL, body: Buffer.from(BODY) }, SECRET, NOW);
    const token = made['messagebird-signature-jwt'] ?? '';
    const { jti, ...claims } = decodeJwt(token);
    const { jti: _, ...published } = decodeJwt(TOKEN);
    assert.deepEqual(claims, published);
    assert.deepEqual(await judge({ token }), { kind: 'valid', id: jti });
  });

  it('refuses another body, address, secret and issuer', async () => {
    assert.deepEqual(await judge({ body: 'Hello, World?' }), invalid('mismatch'));
    assert.deepEqual(await judge({ url: 'https://example.com/path?foo=2&bar=1' }), invalid('mismatch'));
    assert.deepEqual(await judge({ token: BARE_TOKEN, url: 'https://example.com/' }), invalid('mismatch'));
    assert.deepEqual(await judge({ secrets: ['other'] }), invalid('mismatch'));
    assert.deepEqual(await judge({ token: await signed({ iss: 'other' }) }), invalid('mismatch'));
    assert.deepEqual(await judge({ token: TOKEN.replace('._H', '._I') }), invalid('mismatch'));
  });

  it('refuses a missing header, another algorithm and missing claims', async () => {
    assert.deepEqual(await judge({ token: undefined }), invalid('missing'));
    assert.deepEqual(await judge({ token: 'none' }), invalid('form'));
    assert.deepEqual(await judge({ token: await signed({}, 'HS512') }), invalid('form'));
    for (const claim of ['jti', 'exp', 'nbf', 'url_hash'])
      assert.deepEqual(await judge({ token: await signed({ [claim]: undefined }) }), invalid('form'), claim);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${CLAIMS}.`;
    assert.deepEqual(await judge({ token: unsigned }), invalid('form'));
  });

  it("is stale after its minute, with the library's five seconds", async () => {
    assert.deepEqual(await judge({}, NOW + 64_000), VALID);
    assert.deepEqual(await judge({}, NOW + 65_000), { kind: 'stale', skewMs: -5000 });
    assert.deepEqual(await judge({}, NOW - 6000), { kind: 'stale', skewMs: 6000 });
  });

  it('never throws for any token, nor accepts one', async () => {
    const token = fc.oneof(
      anyToken,
      anyToken.map((text) => `${HEADER}.${text}`),
    );
    await fc.assert(
      fc.asyncProperty(token, fc.string(), fc.string(), async (token, url, body) => {
        assert.equal((await judge({ token, url, body })).kind, 'invalid');
      }),
    );
  });

  it('never throws for any signed claims', async () => {
    const claims = fc.record({
      jti: fc.jsonValue(),
      url_hash: fc.jsonValue(),
      payload_hash: fc.jsonValue(),
      exp: fc.jsonValue(),
      nbf: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(claims, async (change) => {
        assert.notEqual((await judge({ token: await signed(change) })).kind, 'valid');
      }),
      { numRuns: 50 },
    );
  });
});

const signed = (change: Record<string, unknown>, alg = 'HS256'): Promise<string> =>
  new SignJWT({ ...decodeJwt(TOKEN), url_hash: createHash('sha256').update(URL).digest('hex'), ...change })
    .setProtectedHeader({ alg })
    .sign(createSecretKey(Buffer.from(SECRET)));

describe('messagebird mapping', () => {
  knowsItsExamples(messagebird);
  mapsItsExamples(messagebird, {
    'WhatsApp message': [
      {
        type: 'message.received',
        id: RUN,
        at: ISO,
        fields: {
          conversationId: '2e15efafec384e1c82e9842075e87beb',
          userId: '9354647c5b144a2b4c99f2n42497249',
          messageId: RUN,
          text: 'Where is my order?',
          channel: 'whatsapp',
          customer: { name: 'Ada Lovelace', phone: '+31612345678' },
          sentAt: MAPPED_AT,
        },
      },
    ],
    'status of a sent message': [
      {
        type: 'message.status',
        id: `${RUN}-delivered`,
        at: ISO,
        fields: {
          conversationId: '2e15efafec384e1c82e9842075e87beb',
          userId: '9354647c5b144a2b4c99f2n42497249',
          messageId: RUN,
          status: 'delivered',
          phone: '+31612345678',
          channel: 'whatsapp',
          changedAt: MAPPED_AT,
        },
      },
    ],
    'message of an agent': [],
  });

  it('maps the file of a message, with its caption', () => {
    const content = { image: { url: 'https://media.example/1', caption: 'Broken' } };
    const message = { id: '1', direction: 'received', type: 'image', content };
    const [event] = createMapper(messagebird)({ type: 'message.created', contact: { id: 'c' }, message });
    assert.deepEqual(event?.fields, {
      userId: 'c',
      messageId: '1',
      text: 'Broken',
      attachments: [{ url: 'https://media.example/1', type: 'image' }],
    });
  });
});
