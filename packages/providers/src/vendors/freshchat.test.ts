import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { CompactSign, importPKCS8 } from 'jose';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { keyPair } from '../../fixtures/key-pair.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { ISO, NOW, RUN } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { freshchat } from './freshchat.ts';

const account = keyPair();
const BODY = '{"action":"message_create"}';
const readSecret = (text: string) => freshchat.readSecret?.(text) ?? assert.fail();
const judge = (body: string, signature: string | undefined, ...publicKeys: string[]) =>
  freshchat.verifier({
    keys: (publicKeys.length > 0 ? publicKeys : [account.publicKey]).map(readSecret),
    requireTimestamp: false,
    publicUrl: undefined,
    settings: {},
  })({ method: 'POST', url: undefined, headers: { 'x-freshchat-signature': signature }, body: Buffer.from(body) }, 0);
const signed = async (body: string, { privateKey } = account) =>
  (await freshchat.sign({ method: 'POST', url: '', body: Buffer.from(body) }, privateKey, 0))['x-freshchat-signature'];
const invalid = (fault: string) => ({ kind: 'invalid', fault });

describe("Freshchat's signature", () => {
  passesEveryProvider(freshchat, {
    secret: account.publicKey,
    otherSecret: keyPair().publicKey,
    signingSecret: account.privateKey,
    covers: { body: true, time: false },
  });

  it('accepts RSA-SHA256 of the body, with each of the keys', async () => {
    assert.deepEqual(judge(BODY, await signed(BODY)), { kind: 'valid' });
    assert.deepEqual(judge(BODY, await signed(BODY), keyPair().publicKey, account.publicKey), { kind: 'valid' });
  });

  it('accepts what jose signs with RS256, which is the same', async () => {
    const jws = await new CompactSign(Buffer.from(BODY))
      .setProtectedHeader({ alg: 'RS256' })
      .sign(await importPKCS8(account.privateKey, 'RS256'));
    const [header, payload, signature = ''] = jws.split('.');
    assert.deepEqual(judge(`${header}.${payload}`, Buffer.from(signature, 'base64url').toString('base64')), {
      kind: 'valid',
    });
  });

  it('refuses a flipped byte, another key, another form and a missing header', async () => {
    assert.deepEqual(judge(BODY.replace('m', 'n'), await signed(BODY)), invalid('mismatch'));
    assert.deepEqual(judge(BODY, await signed(BODY, keyPair())), invalid('mismatch'));
    assert.deepEqual(judge(BODY, 'AAAA'), invalid('mismatch'));
    assert.deepEqual(judge(BODY, '?'), invalid('form'));
    assert.deepEqual(judge(BODY, undefined), invalid('missing'));
  });

  it('reads the public key as Freshchat shows it, in PKCS1, in one line, and without its first and last line', async () => {
    const pkcs1 = createPublicKey(account.publicKey).export({ type: 'pkcs1', format: 'pem' }).toString();
    const bare = account.publicKey.replaceAll(/-----.*-----/g, '');
    const oneLine = account.publicKey.replaceAll('\n', '\\n');
    for (const text of [account.publicKey, pkcs1, oneLine, `\n${pkcs1}\n`, bare, bare.replaceAll('\n', '')])
      assert.deepEqual(judge(BODY, await signed(BODY), text), { kind: 'valid' });
  });

  it('refuses other keys, and never quotes them', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const texts = ['local-secret', account.privateKey, '-----BEGIN PUBLIC KEY-----\nlocal-secret'];
    for (const text of [...texts, ec.export({ type: 'spki', format: 'pem' }).toString()])
      assert.throws(() => readSecret(text), { name: 'RangeError', message: /^must be the account's RSA public key/ });
  });
});

describe('freshchat mapping', () => {
  knowsItsExamples(freshchat);
  mapsItsExamples(freshchat, {
    'message of a user': [
      {
        type: 'message.received',
        id: RUN,
        at: ISO,
        fields: {
          conversationId: 'ac2175df14d36caf64e9a578fad89070',
          userId: 'dbec0910-b4d6-4d81-8015-81f560a918de',
          messageId: RUN,
          text: 'Where is my order?',
          attachments: [{ url: 'https://files.example/receipt.png', type: 'image/png' }],
          channel: 'web',
          sentAt: NOW,
        },
      },
    ],
    'message of an agent': [],
    'conversation resolved': [
      {
        type: 'conversation.resolved',
        id: `conv-${RUN}-${ISO}`,
        at: ISO,
        fields: { conversationId: `conv-${RUN}`, resolvedBy: 'agent' },
      },
    ],
  });
});
