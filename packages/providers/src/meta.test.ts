import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { invalid, judge, VALID } from '../fixtures/judge.ts';
import { passesEveryProvider } from '../fixtures/provider-suite.ts';
import { meta } from './meta.ts';
import type { Json } from './provider.ts';

const settings = { verifyToken: 'local-verify-token' };

const checkAddress = (query: string) =>
  judge(meta, { secrets: ['s'], headers: {}, method: 'GET', url: `https://hooks.example.com/meta${query}`, settings });
const split = (body: Json) => meta.split?.({ body, headers: {} });

describe('Meta', () => {
  passesEveryProvider(meta, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    settings,
    covers: { body: true, time: false },
  });

  it('accepts what the documentation describes: the hex HMAC of the body by the app secret', async () => {
    const body = '{"object":"page","text":"\\u00e4"}';
    const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'app').update(body).digest('hex')}` };
    assert.deepEqual(await judge(meta, { secrets: ['app'], headers, body, settings }), VALID);
  });

  it('answers the check of the address with the challenge, for the right token only', async () => {
    const reply = { status: 200, contentType: 'text/plain', body: '1158201444' };
    const query = '?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=';
    assert.deepEqual(await checkAddress(`${query}local-verify-token`), { kind: 'reply', reply });
    assert.deepEqual(await checkAddress(`${query}guess`), invalid('mismatch'));
    assert.deepEqual(await checkAddress(`${query.replace('subscribe', 'other')}local-verify-token`), invalid('form'));
    assert.deepEqual(await checkAddress(''), invalid('missing'));
    assert.deepEqual(await judge(meta, { secrets: ['s'], headers: {}, method: 'GET', settings }), invalid('missing'));
  });

  it('splits changes into messages, each with who wrote it, and statuses, odd ones as well', () => {
    const contacts = [{ wa_id: '1', profile: { name: 'Kerry' } }, null];
    const value = {
      metadata: { phone_number_id: 'p' },
      contacts,
      messages: [{ from: '1' }, 7],
      statuses: [{ id: 's' }],
    };
    const around = {
      object: 'whatsapp_business_account',
      entry: { id: 'e' },
      field: 'messages',
      metadata: value.metadata,
    };
    assert.deepEqual(
      split({ object: 'whatsapp_business_account', entry: [{ id: 'e', changes: [{ field: 'messages', value }] }] }),
      [
        { ...around, contact: contacts[0], message: { from: '1' } },
        { ...around, message: 7 },
        { ...around, status: { id: 's' } },
      ],
    );
  });

  it('splits entries into the events of Messenger, and keeps what it does not know', () => {
    const entry = [
      { id: 'page', time: 1, messaging: [{ message: { mid: 'm' } }, 'odd'] },
      { id: 'p', standby: [] },
      null,
    ];
    assert.deepEqual(split({ object: 'page', entry }), [
      { object: 'page', entry: { id: 'page', time: 1 }, messaging: { message: { mid: 'm' } } },
      { object: 'page', entry: { id: 'page', time: 1 }, messaging: 'odd' },
      { object: 'page', entry: { id: 'p', standby: [] } },
      { object: 'page', entry: null },
    ]);
    assert.deepEqual(split({ object: 'page' }), [{ object: 'page' }]);
    assert.deepEqual(split({ entry: [{ changes: [{ field: 'about', value: {} }, 3] }] }), [
      { entry: {}, change: { field: 'about', value: {} } },
      { entry: {}, change: 3 },
    ]);
  });
});
