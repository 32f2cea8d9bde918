import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { invalid, judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { intercom } from './intercom.ts';

const secrets = ['mysecret'];
const SIGNATURE = 'sha1=d03207e4b030cf234e3447bac4d93add4c6643d8';
const body = '{"foo":"bar"}';

describe('Intercom', () => {
  passesEveryProvider(intercom, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
  });

  it('accepts the published SHA-1 signature', async () => {
    assert.deepEqual(await judge(intercom, { secrets, headers: { 'x-hub-signature': SIGNATURE }, body }), VALID);
    const headers = { 'x-hub-signature': SIGNATURE.replace('sha1=', 'sha256=') };
    assert.deepEqual(await judge(intercom, { secrets, headers, body }), invalid('form'));
  });

  it('answers a ping', () => {
    const ping = { type: 'notification_event', topic: 'ping', data: { item: { type: 'ping' } } };
    assert.equal(intercom.handshake?.({ body: ping, headers: {} })?.status, 200);
    assert.equal(
      intercom.handshake?.({ body: { ...ping, topic: 'conversation.user.created' }, headers: {} }),
      undefined,
    );
  });
});
