import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { invalid, judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { zendesk } from './zendesk.ts';

const TEST_SECRET = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
const time = '2021-03-25T05:09:27Z';
const request = {
  headers: {
    'x-zendesk-webhook-signature': 'S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=',
    'x-zendesk-webhook-signature-timestamp': time,
  },
  body: '{"event":"ticket.updated","id":123}',
  now: Date.parse(time),
};

describe('Zendesk', () => {
  passesEveryProvider(zendesk, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
  });

  it('accepts the published signature', async () => {
    assert.deepEqual(await judge(zendesk, { ...request, secrets: [TEST_SECRET] }), VALID);
  });

  it('answers a test that is signed with the secret that everybody knows, and takes nothing from it', async () => {
    const reply = { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: '' } };
    assert.deepEqual(await judge(zendesk, { ...request, secrets: ['a-secret'] }), reply);
    assert.deepEqual(
      await judge(zendesk, { ...request, secrets: ['a-secret'], now: request.now + 400_000 }),
      invalid('mismatch'),
    );
  });

  it('uses the secret verbatim, and refuses a time that is none', async () => {
    const secret = 'c2VjcmV0';
    const signature = createHmac('sha256', secret).update(`${time}${request.body}`).digest('base64');
    const headers = { ...request.headers, 'x-zendesk-webhook-signature': signature };
    assert.deepEqual(await judge(zendesk, { ...request, headers, secrets: [secret] }), VALID);
    const timeless = { ...headers, 'x-zendesk-webhook-signature-timestamp': 'yesterday' };
    assert.deepEqual(await judge(zendesk, { ...request, headers: timeless, secrets: [secret] }), invalid('form'));
  });
});
