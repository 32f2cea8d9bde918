import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { mapsItsExamples } from '../../fixtures/example-suite.ts';
import { invalid, judge, VALID } from '../../fixtures/judge.ts';
import { ISO, NOW, NUMBER } from '../../fixtures/map-example.ts';
import { passesEveryProvider } from '../../fixtures/provider-suite.ts';
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

  mapsItsExamples(zendesk, {
    'ticket.status_changed': [
      {
        type: 'ticket.updated',
        id: 'run-1-status_changed',
        at: ISO,
        fields: {
          ticketId: '5158',
          subject: 'Refund for a broken kettle',
          status: 'solved',
          previousStatus: 'open',
          priority: 'high',
          tags: ['chatbot-escalation'],
          updatedAt: NOW,
        },
      },
    ],
    'ticket.comment_added by an agent': [
      {
        type: 'ticket.updated',
        id: 'run-1-comment_added',
        at: ISO,
        fields: {
          ticketId: '5158',
          subject: 'Refund for a broken kettle',
          status: 'open',
          priority: 'high',
          tags: ['chatbot-escalation'],
          commentId: String(NUMBER),
          comment: 'The money is on its way.',
          isPublic: true,
          authorRole: 'agent',
          agentName: 'Alex Kim',
          updatedAt: NOW,
        },
      },
    ],
    'ticket.comment_added by an agent, private': [],
    'ticket.comment_added by the customer': [],
    trigger: [
      {
        type: 'ticket.updated',
        id: `${NUMBER}-${ISO}`,
        at: ISO,
        fields: {
          ticketId: String(NUMBER),
          email: 'jane.doe@example.com',
          customerName: 'Jane Doe',
          subject: 'Refund for a broken kettle',
          status: 'pending',
          priority: 'high',
          comment: 'The money is on its way.',
          agentName: 'Alex Kim',
          url: 'https://example.zendesk.com/agent/tickets/35436',
          updatedAt: NOW,
        },
      },
    ],
    'trigger, solved': [
      {
        type: 'ticket.updated',
        id: `${NUMBER}-${ISO}`,
        at: ISO,
        fields: {
          ticketId: String(NUMBER),
          conversationId: 'conv-4711',
          email: 'jane.doe@example.com',
          customerName: 'Jane Doe',
          subject: 'Refund for a broken kettle',
          status: 'solved',
          priority: 'high',
          comment: 'The money is on its way.',
          agentName: 'Alex Kim',
          url: 'https://example.zendesk.com/agent/tickets/35436',
          updatedAt: NOW,
        },
      },
      {
        type: 'conversation.resolved',
        id: `${NUMBER}-solved#1`,
        at: ISO,
        fields: {
          conversationId: 'conv-4711',
          customer: { name: 'Jane Doe', email: 'jane.doe@example.com' },
          resolution: 'ticket_solved',
          resolvedBy: 'Alex Kim',
        },
      },
    ],
    'article.published': [
      {
        type: 'article.published',
        id: 'run-1-published',
        at: ISO,
        fields: {
          articleId: '1521827',
          title: 'How to send something back',
          content: 'How to send something back',
          locale: 'en-us',
          updatedAt: NOW,
        },
      },
    ],
    'article.unpublished': [
      {
        type: 'article.unpublished',
        id: 'run-1-unpublished',
        at: ISO,
        fields: { articleId: '1521827', title: 'How to send something back', locale: 'en-us', updatedAt: NOW },
      },
    ],
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
