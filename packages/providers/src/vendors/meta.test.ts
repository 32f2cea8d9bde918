import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { createMapper, NOW, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import type { Json, JsonObject } from '../provider.ts';
import { meta } from './meta.ts';

const WHATSAPP = { envelope: { object: 'whatsapp_business_account' } };
const settings = { verifyToken: 'local-verify-token' };

const checkAddress = (query: string) => judge(meta, { secrets: ['s'], headers: {}, method: 'GET', query, settings });
const split = (body: Json) => meta.split?.({ body, headers: {} });

const ofGroup = (status: string, member: string, fields: object = {}) => ({
  type: 'message.status' as const,
  id: `wamid.run-1-all-${status}${member}`,
  at: SECONDS,
  fields: {
    conversationId: 'Y2FwaV9ncm91cDoxNzA1NTU1MDEz',
    messageId: 'wamid.run-1-all',
    status,
    channel: 'whatsapp',
    changedAt: NOW,
    ...fields,
  },
});

describe('Meta', () => {
  passesEveryProvider(meta, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    settings,
    covers: { body: true, time: false },
  });

  mapsItsExamples(meta, {
    'WhatsApp message': [
      {
        type: 'message.received',
        id: 'wamid.run-1',
        at: SECONDS,
        fields: {
          userId: '16315551234',
          messageId: 'wamid.run-1',
          text: 'Hello this is an answer',
          channel: 'whatsapp',
          customer: { name: 'Kerry Fisher', phone: '+16315551234' },
          sentAt: NOW,
        },
      },
    ],
    'WhatsApp message without a phone number': [
      {
        type: 'message.received',
        id: 'wamid.run-1-user',
        at: SECONDS,
        fields: {
          userId: 'US.13491208655302741918',
          messageId: 'wamid.run-1-user',
          text: 'Hello this is an answer',
          channel: 'whatsapp',
          customer: { name: 'Kerry Fisher' },
          sentAt: NOW,
        },
      },
    ],
    'WhatsApp image and reaction': [
      {
        type: 'message.received',
        id: 'wamid.run-1-image',
        at: SECONDS,
        fields: {
          userId: '16315551234',
          messageId: 'wamid.run-1-image',
          text: 'The kettle',
          attachments: [{ type: 'image/jpeg' }],
          channel: 'whatsapp',
          customer: { name: 'Kerry Fisher', phone: '+16315551234' },
          sentAt: NOW,
        },
      },
    ],
    'WhatsApp statuses': [
      {
        type: 'message.status',
        id: 'wamid.run-1-out-delivered',
        at: SECONDS,
        fields: {
          userId: '16315551234',
          messageId: 'wamid.run-1-out',
          status: 'delivered',
          phone: '+16315551234',
          channel: 'whatsapp',
          changedAt: NOW,
        },
      },
      {
        type: 'message.status',
        id: 'wamid.run-1-late-failed',
        at: SECONDS,
        fields: {
          userId: '16315551234',
          messageId: 'wamid.run-1-late',
          status: 'failed',
          errorCode: '131047',
          errorText: 'More than 24 hours have passed since the person last replied.',
          phone: '+16315551234',
          channel: 'whatsapp',
          changedAt: NOW,
        },
      },
    ],
    'WhatsApp status without a phone number': [
      {
        type: 'message.status',
        id: 'wamid.run-1-user-read',
        at: SECONDS,
        fields: {
          userId: 'US.13491208655302741918',
          messageId: 'wamid.run-1-user',
          status: 'read',
          channel: 'whatsapp',
          changedAt: NOW,
        },
      },
    ],
    'WhatsApp group: message and statuses': [
      {
        type: 'message.received',
        id: 'wamid.run-1-group',
        at: SECONDS,
        fields: {
          conversationId: 'Y2FwaV9ncm91cDoxNzA1NTU1MDEz',
          userId: '16315551234',
          messageId: 'wamid.run-1-group',
          text: 'Hello all',
          channel: 'whatsapp',
          customer: { name: 'Kerry Fisher', phone: '+16315551234' },
          sentAt: NOW,
        },
      },
      ofGroup('sent', ''),
      ofGroup('read', '-16315551234', { userId: '16315551234', phone: '+16315551234' }),
      ofGroup('read', '-US.13491208655302741918', { userId: 'US.13491208655302741918' }),
    ],
    'Messenger message and echo': [
      {
        type: 'message.received',
        id: 'm_run-1',
        at: NOW,
        fields: {
          userId: '5489123456',
          messageId: 'm_run-1',
          text: 'hello, world!',
          channel: 'messenger',
          sentAt: NOW,
        },
      },
    ],
    'Messenger postback': [
      {
        type: 'message.received',
        id: 'm_run-1-postback',
        at: NOW,
        fields: {
          userId: '5489123456',
          messageId: 'm_run-1-postback',
          text: 'Get started',
          channel: 'messenger',
          sentAt: NOW,
        },
      },
    ],
    'Instagram message': [
      {
        type: 'message.received',
        id: 'ig_run-1',
        at: NOW,
        fields: {
          userId: '826342938',
          messageId: 'ig_run-1',
          attachments: [{ url: 'https://lookaside.example.com/image.jpg', type: 'image' }],
          channel: 'instagram',
          sentAt: NOW,
        },
      },
    ],
  });

  it('takes a postback without an id, and one of the chat plugin, where people have no id', () => {
    const mapBody = createMapper(meta);
    const postback = { title: 'Yes' };
    const received = (event: JsonObject) => mapBody({ object: 'instagram', entry: [{ messaging: [event] }] });
    const fields = { text: 'Yes', channel: 'instagram', sentAt: NOW };
    assert.deepEqual(received({ sender: { id: '1' }, timestamp: NOW, postback }), [
      { type: 'message.received', id: `1-${NOW}`, at: NOW, fields: { ...fields, userId: '1' } },
    ]);
    assert.deepEqual(received({ sender: { user_ref: 'ref' }, timestamp: NOW, postback }), [
      { type: 'message.received', at: NOW, fields: { ...fields, userId: 'ref' } },
    ]);
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
    const url = `https://hooks.example.com/meta${query}local-verify-token`;
    const known = { secrets: ['s'], headers: {}, method: 'GET', settings };
    assert.deepEqual(await judge(meta, { ...known, url }), { kind: 'reply', reply });
    assert.deepEqual(await judge(meta, known), invalid('missing'));
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
      ...WHATSAPP,
      entry: { id: 'e' },
      field: 'messages',
      value: { metadata: value.metadata, contacts: [null] },
    };
    assert.deepEqual(split({ ...WHATSAPP.envelope, entry: [{ id: 'e', changes: [{ field: 'messages', value }] }] }), [
      { ...around, contact: contacts[0], message: { from: '1' } },
      { ...around, message: 7 },
      { ...around, status: { id: 's' } },
    ]);
  });

  it('finds who wrote by the phone number or the user id, whichever the contact has', () => {
    const contacts = [{ wa_id: '1', user_id: 'US.1' }, { user_id: 'US.2' }, { wa_id: '3' }, { wa_id: null }];
    const messages = [
      { from: '1', from_user_id: 'US.1' },
      { from_user_id: 'US.1' },
      { from_user_id: 'US.2' },
      { from: '3', from_user_id: 'US.3' },
      { from: null },
    ];
    const items = split({ entry: [{ changes: [{ value: { contacts, messages } }] }] });
    const found = items?.map((item) => contacts.indexOf((item as { contact: never }).contact));
    assert.deepEqual(found, [0, 0, 1, 2, -1]);
  });

  it('keeps the person of a status, people whom no message names, and what it does not expect', () => {
    const contacts = [{ wa_id: '1' }, { user_id: 'US.2' }, { wa_id: '9' }, null];
    const statuses = [{ recipient_id: '1' }, { recipient_user_id: 'US.2' }, { recipient_id: '3' }];
    const change = { field: 'messages', value: { contacts, messages: 'odd', statuses }, more: 1 };
    const around = {
      envelope: {},
      entry: { messaging: 'odd' },
      change: { more: 1 },
      field: 'messages',
      value: { contacts: [contacts[2], null], messages: 'odd' },
    };
    assert.deepEqual(split({ entry: [{ messaging: 'odd', changes: [change] }] }), [
      { ...around, contact: contacts[0], status: statuses[0] },
      { ...around, contact: contacts[1], status: statuses[1] },
      { ...around, status: statuses[2] },
    ]);
  });

  it('splits entries into the events of Messenger, and keeps what it does not know', () => {
    const entry = [
      { id: 'page', time: 1, messaging: [{ message: { mid: 'm' } }, 'odd'] },
      { id: 'p', standby: [] },
      null,
    ];
    const envelope = { object: 'page' };
    assert.deepEqual(split({ object: 'page', entry }), [
      { envelope, entry: { id: 'page', time: 1 }, messaging: { message: { mid: 'm' } } },
      { envelope, entry: { id: 'page', time: 1 }, messaging: 'odd' },
      { envelope, entry: { id: 'p', standby: [] } },
      { envelope, entry: null },
    ]);
    assert.deepEqual(split({ object: 'page' }), [{ object: 'page' }]);
    assert.deepEqual(split({ entry: [{ changes: [{ field: 'about', value: {} }, 3] }] }), [
      { envelope: {}, entry: {}, change: { field: 'about', value: {} } },
      { envelope: {}, entry: {}, change: 3 },
    ]);
  });

  it('splits thousands of messages with thousands of contacts in linear time', () => {
    const contacts = Array.from({ length: 40_000 }, (_, index) => ({ wa_id: String(index) }));
    const messages = contacts.slice(20_000).map(({ wa_id }) => ({ from: wa_id }));
    const more = Object.fromEntries(messages.map((_, index) => [`k${index}`, index]));
    const value = { contacts, messages, ...more };
    const startedAt = process.cpuUsage().user;
    assert.equal(split({ ...more, entry: [{ ...more, changes: [{ value }] }] })?.length, 20_000);
    assert.ok((process.cpuUsage().user - startedAt) / 1_000 < 5_000);
  });
});
