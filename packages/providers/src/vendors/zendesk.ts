import { createSecretKey } from 'node:crypto';
import { readTimestamp } from '@switchboard/events';
import { bodyPaths } from '../body-paths.ts';
import type { Fields } from '../mapping/mapping.ts';
import { defineProvider } from '../provider.ts';
import { hmacScheme, type TimeUnit } from '../schemes/hmac-scheme.ts';

const rfc3339: TimeUnit = {
  read: readTimestamp,
  write: (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z'),
};

const scheme = hmacScheme({
  header: 'x-zendesk-webhook-signature',
  algorithm: 'sha256',
  encoding: 'base64',
  time: { header: 'x-zendesk-webhook-signature-timestamp', unit: rfc3339, before: (time) => time },
});

/** Everybody knows it: Zendesk signs with it while a webhook is only tested, before it exists. */
const TEST_SECRET = createSecretKey(Buffer.from('dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='));
const verifyTest = scheme.verifier({ keys: [TEST_SECRET], requireTimestamp: true });

const ticket: Fields = {
  ticketId: 'body.detail.id',
  subject: 'body.detail.subject',
  priority: 'body.detail.priority.lowerAscii()',
  tags: 'body.detail.tags',
  updatedAt: ['body.detail.updated_at', 'body.time'],
};

const article = 'body.type == "zen:event-type:article.';

/** Zendesk does not send the text of an article. */
const articleFields: Fields = {
  articleId: 'body.detail.id',
  title: 'body.event.title',
  content: ['body.event.body', 'body.event.title'],
  locale: 'body.event.locale',
  updatedAt: 'body.time',
};

const ticketEvent = (name: string, event: string): string => `{
  "type": "zen:event-type:ticket.${name}", "account_id": 22129848, "id": "{{run}}-${name}", "time": "{{iso}}",
  "zendesk_event_version": "2022-11-06", "subject": "zen:ticket:5158",
  "detail": {
    "id": "5158", "subject": "Refund for a broken kettle", "description": "My second kettle is broken.", "status": "OPEN",
    "priority": "HIGH", "tags": ["chatbot-escalation"], "external_id": null, "requester_id": "8447388090494",
    "assignee_id": "8447388090495", "is_public": true, "created_at": "2025-01-08T10:12:07Z", "updated_at": "{{iso}}",
    "via": { "channel": "web_service" }
  },
  "event": ${event}
}`;

const comment = ({ isStaff, isPublic }: { readonly isStaff: boolean; readonly isPublic: boolean }): string => `{
  "comment": {
    "id": "{{number}}", "body": "The money is on its way.", "is_public": ${isPublic},
    "author": { "id": "8447388090495", "name": "Alex Kim", "is_staff": ${isStaff} }
  },
  "meta": { "sequence": { "id": "01JH2W", "position": 1, "total": 1 } }
}`;

const articleEvent = (name: string): string => `{
  "type": "zen:event-type:article.${name}", "account_id": 10048, "id": "{{run}}-${name}", "time": "{{iso}}",
  "zendesk_event_version": "2022-06-20", "subject": "zen:article:1521827",
  "detail": { "brand_id": "360002256672", "id": "1521827" },
  "event": {
    "author_id": "8447388090494", "category_id": "4418811122334", "section_id": "4418811122335", "locale": "en-us",
    "title": "How to send something back"
  }
}`;

/** https://developer.zendesk.com/documentation/webhooks/verifying */
export const zendesk = defineProvider({
  ...scheme,
  verifier: (source) => {
    const verify = scheme.verifier(source);
    return (request, now) => {
      const verdict = verify(request, now);
      const isTest = verdict.kind === 'invalid' && verifyTest(request, now).kind === 'valid';
      return isTest ? { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: '' } } : verdict;
    };
  },
  mapping: {
    called: 'body.type',
    events: [
      {
        type: 'ticket.updated',
        when: 'body.type == "zen:event-type:ticket.status_changed"',
        id: 'body.id',
        at: 'body.time',
        fields: {
          ...ticket,
          status: 'body.event.current.lowerAscii()',
          previousStatus: 'body.event.previous.lowerAscii()',
        },
      },
      {
        type: 'ticket.updated',
        when: `body.type == "zen:event-type:ticket.comment_added" && body.event.comment.is_public == true &&
          body.event.comment.author.is_staff == true`,
        id: 'body.id',
        at: 'body.time',
        fields: {
          ...ticket,
          status: 'body.detail.status.lowerAscii()',
          commentId: 'body.event.comment.id',
          comment: 'body.event.comment.body',
          isPublic: 'body.event.comment.is_public',
          authorRole: '"agent"',
          agentName: 'body.event.comment.author.name',
        },
      },
      {
        type: 'ticket.updated',
        when: '!has(body.type) && has(body.ticket_id)',
        id: 'string(body.ticket_id) + "-" + body.updated_at',
        at: 'body.updated_at',
        fields: {
          ticketId: 'body.ticket_id',
          conversationId: 'body.conversation_id',
          subject: 'body.subject',
          status: 'body.status.lowerAscii()',
          priority: 'body.priority.lowerAscii()',
          email: 'body.email',
          customerName: 'body.name',
          comment: 'body.comment',
          agentName: 'body.agent',
          url: 'body.url',
          updatedAt: 'body.updated_at',
        },
      },
      {
        type: 'conversation.resolved',
        when: `!has(body.type) && has(body.ticket_id) && body.conversation_id != "" &&
          (body.status.lowerAscii() == "solved" || body.status.lowerAscii() == "closed")`,
        id: 'string(body.ticket_id) + "-solved"',
        at: 'body.updated_at',
        fields: {
          conversationId: 'body.conversation_id',
          'customer.email': 'body.email',
          'customer.name': 'body.name',
          // ticketing adds no note to a ticket that is solved.
          resolution: '"ticket_solved"',
          resolvedBy: 'body.agent',
        },
      },
      {
        type: 'article.published',
        when: `${article}published"`,
        id: 'body.id',
        at: 'body.time',
        fields: articleFields,
      },
      {
        type: 'article.unpublished',
        when: `${article}unpublished"`,
        id: 'body.id',
        at: 'body.time',
        fields: {
          articleId: 'body.detail.id',
          title: 'body.event.title',
          locale: 'body.event.locale',
          updatedAt: 'body.time',
        },
      },
    ],
    ignore: bodyPaths(`
      account_id comment detail.assignee_id detail.brand_id detail.created_at detail.description
      detail.external_id detail.is_public detail.priority detail.requester_id detail.status detail.via
      event.author_id event.category_id event.comment.author.id event.comment.author.is_staff
      event.current event.meta event.previous event.section_id priority status subject ticket_id
      type url zendesk_event_version
    `),
  },
  examples: [
    {
      name: 'ticket.status_changed',
      body: ticketEvent('status_changed', '{ "current": "SOLVED", "previous": "OPEN" }'),
      becomes: ['ticket.updated'],
    },
    {
      name: 'ticket.comment_added by an agent',
      body: ticketEvent('comment_added', comment({ isStaff: true, isPublic: true })),
      becomes: ['ticket.updated'],
    },
    {
      name: 'ticket.comment_added by an agent, private',
      body: ticketEvent('comment_added', comment({ isStaff: true, isPublic: false })),
      becomes: [],
    },
    {
      name: 'ticket.comment_added by the customer',
      body: ticketEvent('comment_added', comment({ isStaff: false, isPublic: true })),
      becomes: [],
    },
    {
      name: 'trigger',
      body: `{
        "ticket_id": "{{number}}", "subject": "Refund for a broken kettle", "status": "Pending", "priority": "High",
        "email": "jane.doe@example.com", "name": "Jane Doe", "comment": "The money is on its way.", "agent": "Alex Kim",
        "url": "https://example.zendesk.com/agent/tickets/35436", "updated_at": "{{iso}}"
      }`,
      becomes: ['ticket.updated'],
    },
    {
      name: 'trigger, solved',
      body: `{
        "ticket_id": "{{number}}", "conversation_id": "conv-4711", "subject": "Refund for a broken kettle",
        "status": "Solved", "priority": "High", "email": "jane.doe@example.com", "name": "Jane Doe",
        "comment": "The money is on its way.", "agent": "Alex Kim",
        "url": "https://example.zendesk.com/agent/tickets/35436", "updated_at": "{{iso}}"
      }`,
      becomes: ['ticket.updated', 'conversation.resolved'],
    },
    { name: 'article.published', body: articleEvent('published'), becomes: ['article.published'] },
    { name: 'article.unpublished', body: articleEvent('unpublished'), becomes: ['article.unpublished'] },
  ],
});
