import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { type JWTPayload, SignJWT } from 'jose';
import { anyToken } from '../../fixtures/any-token.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { keyPair } from '../../fixtures/key-pair.ts';
import { startKeyServer } from '../../fixtures/key-server.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { createMapper, ISO, NOW as MAPPED_AT, RUN } from '../../fixtures/map-example.ts';
import { keyIdOf, publishedKeys } from '../schemes/jwt/local-key.ts';
import { botFramework } from './bot-framework.ts';

const APP = '00000000-0000-0000-0000-000000000001';
const SERVICE = 'https://smba.trafficmanager.net/teams/';
const NOW = 1_700_000_000_000;
const SECONDS = NOW / 1000;
const { privateKey } = keyPair();
const BODY = JSON.stringify({ type: 'message', id: '1', channelId: 'msteams', serviceUrl: SERVICE, text: 'Hi' });

const server = await startKeyServer();
after(() => server.stop());
const [key] = (await publishedKeys(privateKey)).keys;
server.pages.set('/metadata', { issuer: 'https://api.botframework.com', jwks_uri: `${server.url}/keys` });
server.pages.set('/keys', { keys: [{ ...key, alg: undefined, endorsements: ['msteams'] }] });

const verifier = (openIdMetadata = `${server.url}/metadata`) =>
  botFramework.verifier({
    keys: [],
    requireTimestamp: false,
    publicUrl: undefined,
    settings: { appId: APP, openIdMetadata },
  });
const verify = verifier();
const judge = (authorization: string | undefined, body = BODY, now = NOW, by = verify) =>
  by({ method: 'POST', url: undefined, headers: { authorization }, body: Buffer.from(body) }, now);

interface Token {
  alg: string;
  kid: string;
  iss: string;
  aud: string;
  serviceurl: string | undefined;
  nbf: number;
  exp: number | undefined;
  pem: string;
}
async function bearer(change: Partial<Token> = {}): Promise<string> {
  const token: Token = {
    alg: 'RS256',
    kid: await keyIdOf(privateKey),
    iss: 'https://api.botframework.com',
    aud: APP,
    serviceurl: SERVICE,
    nbf: SECONDS,
    exp: SECONDS + 3600,
    pem: privateKey,
    ...change,
  };
  const { alg, kid, pem, ...claims } = token;
  return `Bearer ${await new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, kid }).sign(createPrivateKey(pem))}`;
}
const CONVERSATION =
  'a:17I0kl9EkpE1O9PH5TWrzrLNwnWWcfrU7QZjKR0WSfOpzbfcAg2IaydGElSo10tVr4C7Fc6GtieTJX663WuJCc1uA83n4CSrHSgGBj5XNYLcVlJAs2ZX8DbYBPck201w-';
const VALID = { kind: 'valid' };
const invalid = (fault: string) => ({ kind: 'invalid', fault });

describe("Bot Framework's token", () => {
  it('is accepted with RS256, RS384 and RS512, and as we sign it', async () => {
    for (const alg of ['RS256', 'RS384', 'RS512']) assert.deepEqual(await judge(await bearer({ alg })), VALID, alg);
    const message = { method: 'POST', url: '', body: Buffer.from(BODY) };
    const made = await botFramework.sign(message, privateKey, NOW, { appId: APP });
    assert.deepEqual(await judge(made.authorization), VALID);
  });

  it('is refused for another issuer, app, service, channel, key and algorithm', async () => {
    assert.deepEqual(await judge(await bearer({ iss: 'https://evil.example' })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer({ aud: 'other' })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer({ serviceurl: 'https://evil.example/' })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer({ serviceurl: undefined })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer(), BODY.replace('smba', 'evil')), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer(), BODY.replace('msteams', 'slack')), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer(), 'no JSON'), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer({ pem: keyPair().privateKey })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer({ kid: 'other' })), invalid('unknown_key'));
    assert.deepEqual(await judge(await bearer({ alg: 'PS256' })), invalid('form'));
    assert.deepEqual(await judge(await bearer({ exp: undefined })), invalid('form'));
  });

  it('is refused if a byte is flipped, if it is missing, none or too long', async () => {
    const token = await bearer();
    const at = token.length - 20;
    const flipped = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    assert.deepEqual(await judge(flipped), invalid('mismatch'));
    assert.deepEqual(await judge(undefined), invalid('missing'));
    assert.deepEqual(await judge('Basic abc'), invalid('form'));
    assert.deepEqual(await judge('Bearer a.b.c'), invalid('form'));
    assert.deepEqual(
      await judge(await bearer({ kid: `${await keyIdOf(privateKey)}${' '.repeat(16_384)}` })),
      invalid('form'),
    );
  });

  it('is stale five minutes after its end and before its start', async () => {
    const token = await bearer({ exp: SECONDS + 10 });
    assert.deepEqual(await judge(token, BODY, NOW + 309_000), VALID);
    assert.deepEqual(await judge(token, BODY, NOW + 310_000), { kind: 'stale', skewMs: -300_000 });
    assert.deepEqual(await judge(token, BODY, NOW - 301_000), { kind: 'stale', skewMs: 301_000 });
  });

  it('is checked with keys that were loaded once', () => {
    assert.equal(server.calls.filter((path) => path === '/keys').length, 1);
  });

  it('cannot be judged without the keys', async () => {
    server.pages.set('/unsafe', { jwks_uri: 'file:///etc/passwd' });
    server.pages.set('/broken', 'no JSON');
    server.pages.set('/large', { jwks_uri: `${server.url}/keys`, x: 'x'.repeat(1_048_576) });
    for (const path of ['/away', '/unsafe', '/broken', '/large'])
      assert.deepEqual(await judge(await bearer(), BODY, NOW, verifier(server.url + path)), { kind: 'unavailable' });
  });

  it('never throws for any token and body, nor accepts one', async () => {
    const kid = await keyIdOf(privateKey);
    const named = anyToken.map((token) =>
      token.replace(/^/, `${Buffer.from(JSON.stringify({ alg: 'RS256', kid })).toString('base64url')}.`),
    );
    const header = fc.oneof(anyToken, named).map((token) => `Bearer ${token}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(header, fc.string()), fc.oneof(fc.json(), fc.string()), async (authorization, body) => {
        assert.equal((await judge(authorization, body)).kind, 'invalid');
      }),
    );
  });
});

describe('bot-framework mapping', () => {
  knowsItsExamples(botFramework);
  mapsItsExamples(botFramework, {
    'message in Teams': [
      {
        type: 'message.received',
        id: `${CONVERSATION}/${RUN}`,
        at: ISO,
        fields: {
          conversationId: CONVERSATION,
          userId: '29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7Zaqt7CZ-NJWi7me2kHTL3Bw',
          messageId: RUN,
          text: 'Where is my order?',
          channel: 'msteams',
          locale: 'en-US',
          customer: { name: 'Ada Lovelace' },
          sentAt: MAPPED_AT,
        },
      },
    ],
    'message of a bot': [],
    'someone joined': [],
  });

  it('maps files, and no attachment without an address', () => {
    const attachments = [
      { contentType: 'image/png', contentUrl: 'https://files.example/1.png', name: '1.png' },
      { contentType: 'text/html', content: '<p></p>' },
    ];
    const sent = { type: 'message', id: '1', from: { id: 'u' }, conversation: { id: 'c' }, attachments };
    assert.deepEqual(createMapper(botFramework)(sent)[0]?.fields, {
      conversationId: 'c',
      userId: 'u',
      messageId: '1',
      attachments: [{ url: 'https://files.example/1.png', type: 'image/png', name: '1.png' }],
    });
  });
});
