import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, it } from 'node:test';
import { platform } from './platform.ts';

const SECRETS = ['a-secret-of-the-sender', 'the-next-secret'];
const BODY = Buffer.from('{"event":"conversation.escalated"}');
const NOW = Date.UTC(2026, 0, 15);

const verifier = (requireTimestamp: boolean) =>
  platform.verifier({
    keys: SECRETS.map((secret) => createSecretKey(Buffer.from(secret))),
    requireTimestamp,
    publicUrl: undefined,
    settings: {},
  });

const judge = (headers: IncomingHttpHeaders, { body = BODY, requireTimestamp = false } = {}) =>
  verifier(requireTimestamp)({ method: 'POST', url: undefined, headers, body }, NOW);

const digest = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');
const plain = digest(SECRETS[0] as string, BODY.toString());

describe("the platform's own signature", () => {
  it('is the HMAC of the body, by any live secret', () => {
    for (const secret of SECRETS) {
      assert.deepEqual(judge({ 'x-webhook-signature': digest(secret, BODY.toString()) }), { kind: 'valid' });
    }
    assert.deepEqual(judge({ 'x-webhook-signature': digest('another-secret', BODY.toString()) }), {
      kind: 'invalid',
      fault: 'mismatch',
    });
  });

  it('may be x-signature, with or without sha256=', () => {
    for (const given of [plain, `sha256=${plain}`, plain.toUpperCase()]) {
      assert.deepEqual(judge({ 'x-signature': given }), { kind: 'valid' }, given);
    }
    assert.deepEqual(judge({ 'x-signature': `sha1=${plain}` }), { kind: 'invalid', fault: 'form' });
  });

  it('is refused for a flipped byte, another form, a missing header, and one sent twice', () => {
    const flipped = Buffer.from(BODY);
    flipped[3] = (flipped[3] ?? 0) ^ 1;
    assert.deepEqual(judge({ 'x-webhook-signature': plain }, { body: flipped }), {
      kind: 'invalid',
      fault: 'mismatch',
    });
    for (const given of ['', 'xyz', plain.slice(2), `${plain}00`, `${plain}, ${plain}`]) {
      assert.deepEqual(judge({ 'x-webhook-signature': given }), { kind: 'invalid', fault: 'form' }, given);
    }
    assert.deepEqual(judge({}), { kind: 'invalid', fault: 'missing' });
  });

  it('counts for five minutes around its time', () => {
    const at = (ms: number) => {
      const timestamp = String(Math.floor((NOW + ms) / 1_000));
      return judge({
        'x-webhook-timestamp': timestamp,
        'x-webhook-signature': digest(SECRETS[0] as string, `${timestamp}.${BODY}`),
      });
    };
    for (const ms of [-300_000, 0, 300_000]) assert.deepEqual(at(ms), { kind: 'valid' });
    for (const ms of [-301_000, 301_000]) assert.deepEqual(at(ms), { kind: 'stale', skewMs: ms });
    const wrong = { 'x-webhook-timestamp': 'soon', 'x-webhook-signature': plain };
    assert.deepEqual(judge(wrong), { kind: 'invalid', fault: 'form' });
    const unsigned = { 'x-webhook-timestamp': String(NOW / 1_000), 'x-webhook-signature': plain };
    assert.deepEqual(judge(unsigned), { kind: 'invalid', fault: 'mismatch' });
  });

  it('may have to have a time', () => {
    const answer = judge({ 'x-webhook-signature': plain }, { requireTimestamp: true });
    assert.deepEqual(answer, { kind: 'stale', skewMs: undefined });
    const forged = judge({ 'x-webhook-signature': digest('x', 'y') }, { requireTimestamp: true });
    assert.deepEqual(forged, { kind: 'invalid', fault: 'mismatch' });
  });

  it('is made as it is checked', async () => {
    const headers = await platform.sign({ method: 'POST', url: '', body: BODY }, SECRETS[0] as string, NOW);
    assert.deepEqual(judge(headers, { requireTimestamp: true }), { kind: 'valid' });
  });
});
