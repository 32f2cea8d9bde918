import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { NOW, NUMBER, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { intercom } from './intercom.ts';

const secrets = ['mysecret'];
const SIGNATURE = 'sha1=d03207e4b030cf234e3447bac4d93add4c6643d8';
const body = '{"foo":"bar"}';

describe('Intercom', () => {
  passesEveryProvider(intercom, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: false },
    // HTML, of which the text is kept.
    leavesOut: ['data.item.conversation_parts.conversation_parts[].body', 'data.item.source.body'],
  });

  mapsItsExamples(intercom, {
    'conversation.user.created': [
      {
        type: 'message.received',
        id: 'notif_run-1',
        at: SECONDS,
        fields: {
          conversationId: String(NUMBER),
          userId: '62a1c0',
          messageId: `s-${NUMBER}`,
          text: 'Where is my order?',
          attachments: [{ url: 'https://files.example.com/list.png', type: 'image/png', name: 'list.png' }],
          channel: 'web',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          sentAt: NOW,
        },
      },
    ],
    'conversation.user.replied': [
      {
        type: 'message.received',
        id: 'notif_run-1',
        at: SECONDS,
        fields: {
          conversationId: String(NUMBER),
          userId: '62a1c1',
          messageId: `p-${NUMBER}`,
          text: 'It is 1001.',
          channel: 'web',
          customer: { name: 'Jane Doe', email: 'somebody@example.com' },
          sentAt: NOW,
        },
      },
    ],
    'conversation.admin.replied': [],
    'conversation.admin.assigned': [
      {
        type: 'conversation.escalated',
        id: 'notif_run-1',
        at: SECONDS,
        fields: {
          conversationId: String(NUMBER),
          userId: '62a1c0',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          startedAt: NOW,
          channel: 'web',
          transcript: [{ role: 'user', text: 'Where is my order?' }],
        },
      },
    ],
    'conversation.admin.closed': [
      {
        type: 'conversation.resolved',
        id: 'notif_run-1',
        at: SECONDS,
        fields: {
          conversationId: String(NUMBER),
          userId: '62a1c0',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          resolvedBy: 'Alex Kim',
          channel: 'web',
        },
      },
    ],
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
