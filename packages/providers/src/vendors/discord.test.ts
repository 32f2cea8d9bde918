import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { verifyKey } from 'discord-interactions';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { keyPair } from '../../fixtures/key-pair.ts';
import { knowsItsExamples } from '../../fixtures/known-suite.ts';
import { createMapper, RUN } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { discord } from './discord.ts';

const hexOf = (publicKey: string) =>
  Buffer.from(createPublicKey(publicKey).export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex');
const application = keyPair('ed25519');
const NOW = 1_700_000_000_000;
const BODY = '{"type":2,"id":"1"}';
const readSecret = (text: string) => discord.readSecret?.(text) ?? assert.fail();
const verify = discord.verifier({
  keys: [readSecret(hexOf(keyPair('ed25519').publicKey)), readSecret(hexOf(application.publicKey))],
  requireTimestamp: false,
  publicUrl: undefined,
  settings: {},
});
const judge = (headers: Record<string, string | undefined>, body = BODY, now = NOW) =>
  verify({ method: 'POST', url: undefined, headers, body: Buffer.from(body) }, now);
const signed = ({ privateKey } = application) =>
  discord.sign({ method: 'POST', url: '', body: Buffer.from(BODY) }, privateKey, NOW);
const invalid = (fault: string) => ({ kind: 'invalid', fault });
const SIGNATURE = 'x-signature-ed25519';
const TIME = 'x-signature-timestamp';

describe("Discord's signature", () => {
  passesEveryProvider(discord, {
    secret: hexOf(application.publicKey),
    otherSecret: hexOf(keyPair('ed25519').publicKey),
    signingSecret: application.privateKey,
    covers: { body: true, time: true },
  });

  it("accepts what Discord's library accepts", async () => {
    const headers = await signed();
    assert.deepEqual(judge(headers), { kind: 'valid' });
    const [signature = '', time = ''] = [headers[SIGNATURE], headers[TIME]];
    assert.ok(await verifyKey(BODY, signature, time, hexOf(application.publicKey)));
    assert.ok(!(await verifyKey(BODY, signature, time, hexOf(keyPair('ed25519').publicKey))));
  });

  it('refuses a flipped byte, another time and another key', async () => {
    const headers = await signed();
    assert.deepEqual(judge(headers, BODY.replace('1', '2')), invalid('mismatch'));
    assert.deepEqual(judge({ ...headers, [TIME]: '1700000001' }), invalid('mismatch'));
    assert.deepEqual(judge(await signed(keyPair('ed25519'))), invalid('mismatch'));
    assert.deepEqual(judge({ ...headers, [SIGNATURE]: '00'.repeat(64) }), invalid('mismatch'));
  });

  it('refuses missing headers and other forms', async () => {
    const headers = await signed();
    for (const name of [SIGNATURE, TIME])
      assert.deepEqual(judge({ ...headers, [name]: undefined }), invalid('missing'));
    for (const signature of ['', 'zz', '00', '00'.repeat(65)])
      assert.deepEqual(judge({ ...headers, [SIGNATURE]: signature }), invalid('form'));
    assert.deepEqual(judge({ ...headers, [TIME]: '17' }), invalid('form'));
  });

  it('judges the time after the signature', async () => {
    assert.deepEqual(judge(await signed(), BODY, NOW + 300_000), { kind: 'valid' });
    assert.deepEqual(judge(await signed(), BODY, NOW + 300_001), { kind: 'stale', skewMs: -300_001 });
  });

  it('answers both kinds of ping', () => {
    const answer = (body: Parameters<NonNullable<typeof discord.handshake>>[0]['body']) =>
      discord.handshake?.({ body, headers: {} });
    assert.deepEqual(answer({ type: 1 }), { status: 200, contentType: 'application/json', body: '{"type":1}' });
    assert.equal(answer({ version: 1, type: 0 })?.status, 204);
    for (const body of [{ type: 2 }, { type: 1, event: {} }, [], null, 'ping']) assert.equal(answer(body), undefined);
  });

  it('reads the public key of the application, and never quotes it', () => {
    for (const text of ['local-secret', '', hexOf(application.publicKey).slice(2), application.privateKey])
      assert.throws(() => readSecret(text), { name: 'RangeError', message: /64 characters of hex/ });
  });
});

describe('discord mapping', () => {
  knowsItsExamples(discord);
  mapsItsExamples(discord, {
    command: [
      {
        type: 'message.received',
        id: RUN,
        fields: {
          conversationId: '645027906669510667',
          userId: '53908232506183680',
          messageId: RUN,
          text: '/ask Where is my order?',
          channel: 'discord',
          locale: 'en-US',
          customer: { name: 'Ada' },
        },
      },
    ],
  });

  it('maps a command without options, in a direct message', () => {
    const sent = { type: 2, id: '1', user: { id: 'u', username: 'ada' }, data: { name: 'help' } };
    assert.deepEqual(createMapper(discord)(sent)[0]?.fields, {
      userId: 'u',
      messageId: '1',
      text: '/help',
      channel: 'discord',
      customer: { name: 'ada' },
    });
  });
});
