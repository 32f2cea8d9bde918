import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { SignJWT } from 'jose';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { keyPair } from '../../fixtures/key-pair.ts';
import { startKeyServer } from '../../fixtures/key-server.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { ISO, RUN } from '../../fixtures/map-example.ts';
import { keyIdOf, publishedKeys } from './jwt/local-key.ts';
import { jwt } from './jwt.ts';

const NOW = 1_700_000_000_000;
const server = await startKeyServer();
after(() => server.stop());
const rsa = keyPair();
const ec = keyPair('ec');
server.pages.set('/keys', {
  keys: [...(await publishedKeys(rsa.privateKey)).keys, ...(await publishedKeys(ec.privateKey)).keys],
});
const settings = { jwksUrl: `${server.url}/keys`, issuer: 'https://id.example', audience: 'switchboard' };
const verifier = (change: Partial<Parameters<typeof jwt.verifier>[0]['settings']> = {}) =>
  jwt.verifier({ keys: [], requireTimestamp: false, publicUrl: undefined, settings: { ...settings, ...change } });
const verify = verifier();
const judge = (authorization: string | undefined, now = NOW, by = verify) =>
  by({ method: 'POST', url: undefined, headers: { authorization }, body: Buffer.from('{}') }, now);
const message = { method: 'POST', url: '', body: Buffer.from('{}') };
const bearer = async (pem: string, change: Partial<typeof settings> = {}, now = NOW) =>
  (await jwt.sign(message, pem, now, { ...settings, ...change })).authorization;
const invalid = (fault: string) => ({ kind: 'invalid', fault });

describe('a bearer token', () => {
  it('is accepted with a published key and the algorithm of the source', async () => {
    assert.deepEqual(await judge(await bearer(rsa.privateKey)), { kind: 'valid' });
    assert.deepEqual(await judge(await bearer(ec.privateKey), NOW, verifier({ algorithms: ['ES256'] })), {
      kind: 'valid',
    });
  });

  it('is refused with another algorithm, issuer, audience and key', async () => {
    assert.deepEqual(await judge(await bearer(ec.privateKey)), invalid('form'));
    assert.deepEqual(await judge(await bearer(rsa.privateKey, { issuer: 'x' })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer(rsa.privateKey, { audience: 'x' })), invalid('mismatch'));
    assert.deepEqual(await judge(await bearer(keyPair().privateKey)), invalid('unknown_key'));
    assert.deepEqual(await judge(undefined), invalid('missing'));
    assert.deepEqual(await judge('Bearer none'), invalid('form'));
  });

  it('must have an end, and is stale after it', async () => {
    const endless = await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: await keyIdOf(rsa.privateKey) })
      .setIssuer(settings.issuer)
      .setAudience(settings.audience)
      .sign(createPrivateKey(rsa.privateKey));
    assert.deepEqual(await judge(`Bearer ${endless}`), invalid('form'));
    assert.deepEqual(await judge(await bearer(rsa.privateKey, {}, NOW - 600_000)), { kind: 'stale', skewMs: -300_000 });
  });

  it('cannot be judged without the keys', async () => {
    const away = verifier({ jwksUrl: `${server.url}/away` });
    assert.deepEqual(await judge(await bearer(rsa.privateKey), NOW, away), { kind: 'unavailable' });
  });
});

describe('jwt mapping', () => {
  knowsItsExamples(jwt);
  mapsItsExamples(jwt, {
    escalation: [
      {
        type: 'conversation.escalated',
        id: RUN,
        at: ISO,
        fields: {
          conversationId: `conv-${RUN}`,
          reason: 'Asked for a person',
          customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
        },
      },
    ],
  });
});
