import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { chatwootBodies } from '../../fixtures/bodies/chatwoot.ts';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { knowsFullBodies } from '../../fixtures/full-bodies.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { createMapper, ISO, NOW, NUMBER, SECONDS } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
import { chatwoot } from './chatwoot.ts';

describe('Chatwoot', () => {
  passesEveryProvider(chatwoot, {
    secret: 'local-secret',
    otherSecret: 'another-secret',
    covers: { body: true, time: true },
  });

  mapsItsExamples(chatwoot, {
    message_created: [
      {
        type: 'message.received',
        id: NUMBER,
        at: ISO,
        fields: {
          conversationId: '42',
          userId: '7',
          messageId: String(NUMBER),
          text: 'Hi, where is my order?',
          channel: 'web',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com', phone: '+46855501024' },
          sentAt: NOW,
        },
      },
    ],
    'message_created by an agent': [],
    'conversation_status_changed to open': [
      {
        type: 'conversation.escalated',
        id: `${NUMBER}-${SECONDS}.25`,
        at: SECONDS + 0.25,
        fields: {
          conversationId: String(NUMBER),
          userId: '7',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          startedAt: NOW,
          channel: 'web',
          transcript: [{ role: 'user', text: 'I want to talk to somebody.', timestamp: NOW }],
        },
      },
    ],
    'conversation_status_changed to resolved': [
      {
        type: 'conversation.resolved',
        id: `${NUMBER}-${SECONDS}.25`,
        at: SECONDS + 0.25,
        fields: {
          conversationId: String(NUMBER),
          userId: '7',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          resolvedBy: 'Alex Kim',
          channel: 'web',
          transcript: [{ role: 'user', text: 'I want to talk to somebody.', timestamp: NOW }],
        },
      },
    ],
    contact_created: [
      {
        type: 'lead.captured',
        id: NUMBER,
        fields: {
          leadId: String(NUMBER),
          email: 'jane.doe@example.com',
          phone: '+46855501024',
          name: 'Jane Doe',
          company: 'Example AB',
        },
      },
    ],
  });

  knowsFullBodies(chatwoot, chatwootBodies);

  it('writes the attachments of a last message without text into its turn', () => {
    const url = 'https://files.example.com/list.png';
    const attachments = [
      { file_type: 'image', data_url: url },
      { file_type: 'location', data_url: null },
    ];
    const textOf = (message: object) => {
      const [event] = createMapper(chatwoot)({
        event: 'conversation_status_changed',
        id: 1,
        status: 'resolved',
        channel: 'Channel::Api',
        updated_at: SECONDS,
        meta: { sender: { id: 7 } },
        messages: [{ message_type: 0, created_at: SECONDS, ...message }],
      });
      return event?.fields.transcript;
    };
    const turn = { role: 'user', timestamp: NOW };
    assert.deepEqual(textOf({ content: null, attachments }), [{ ...turn, text: `[image] ${url}\n[location]` }]);
    assert.deepEqual(textOf({ content: '', attachments }), [{ ...turn, text: `[image] ${url}\n[location]` }]);
    assert.deepEqual(textOf({ content: 'See the list', attachments }), [{ ...turn, text: 'See the list' }]);
    assert.deepEqual(textOf({ content: null }), [turn]);
  });

  it('accepts what the documentation describes: the time, a dot and the body', async () => {
    const signature = createHmac('sha256', 'a-secret').update('1700000000.{"event":"x"}').digest('hex');
    const headers = { 'x-chatwoot-signature': `sha256=${signature}`, 'x-chatwoot-timestamp': '1700000000' };
    const request = { secrets: ['a-secret'], headers, body: '{"event":"x"}', now: 1_700_000_000_000 };
    assert.deepEqual(await judge(chatwoot, request), VALID);
    const bare = { ...headers, 'x-chatwoot-signature': signature };
    assert.deepEqual(await judge(chatwoot, { ...request, headers: bare }), invalid('form'));
  });
});
