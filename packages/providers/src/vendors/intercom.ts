import { bodyPaths } from '../body-paths.ts';
import { at, isObject, listOf } from '../json.ts';
import type { Each, Fields } from '../mapping/mapping.ts';
import { defineProvider, type Json } from '../provider.ts';
import { hmacScheme } from '../schemes/hmac-scheme.ts';
import { plainText } from './plain-text.ts';

const person = (author: string): Fields => ({
  userId: [`${author}.external_id`, `${author}.id`],
  'customer.name': `${author}.name`,
  'customer.email': `${author}.email`,
});

/** `conversation` is the messenger. */
const channel = 'body.data.item.source.type == "conversation" ? "web" : body.data.item.source.type';

const attachment: Each['fields'] = { url: 'item.url', type: 'item.content_type', name: 'item.name' };

const notification = (topic: string, item: string): string => `{
  "type": "notification_event", "app_id": "a86dr8yl", "topic": "${topic}", "id": "notif_{{run}}",
  "data": { "type": "notification_event_data", "item": ${item} },
  "links": {}, "delivery_status": "pending", "delivery_attempts": 1, "delivered_at": 0,
  "first_sent_at": {{seconds}}, "created_at": {{seconds}}, "self": null
}`;

const conversation = (part: string): string => `{
  "type": "conversation", "id": "{{number}}", "created_at": {{seconds}}, "updated_at": {{seconds}}, "state": "open",
  "source": {
    "type": "conversation", "id": "s-{{number}}", "delivered_as": "customer_initiated", "subject": "",
    "body": "<p>Where is my order?</p>",
    "author": { "type": "user", "id": "62a1c0", "name": "Jane Doe", "email": "jane.doe@example.com" },
    "attachments": [{ "type": "upload", "name": "list.png", "url": "https://files.example.com/list.png", "content_type": "image/png" }]
  },
  "contacts": { "type": "contact.list", "contacts": [{ "type": "contact", "id": "62a1c0" }] },
  "conversation_parts": { "type": "conversation_part.list", "conversation_parts": [${part}], "total_count": 1 }
}`;

const part = (type: string, authorType: string, name: string, body: string): string => `{
  "type": "conversation_part", "id": "p-{{number}}", "part_type": "${type}", "body": "${body}", "created_at": {{seconds}},
  "author": { "type": "${authorType}", "id": "62a1c1", "name": "${name}", "email": "somebody@example.com" }, "attachments": []
}`;

/** https://developers.intercom.com/docs/webhooks: the key is the client secret of the app. */
export const intercom = defineProvider({
  ...hmacScheme({ header: 'x-hub-signature', prefix: 'sha1=', algorithm: 'sha1', encoding: 'hex' }),
  handshake: ({ body }) =>
    isObject(body) && body.topic === 'ping' ? { status: 200, contentType: 'text/plain', body: '' } : undefined,
  /** Messages are HTML. */
  split: ({ body }) => [withPlainText(body)],
  mapping: {
    called: 'body.topic',
    events: [
      {
        type: 'message.received',
        when: 'body.topic == "conversation.user.created"',
        id: 'body.id',
        at: 'body.created_at',
        fields: {
          ...person('body.data.item.source.author'),
          conversationId: 'body.data.item.id',
          messageId: 'body.data.item.source.id',
          text: 'body.data.item.source.body',
          attachments: { each: 'body.data.item.source.attachments', fields: attachment },
          channel,
          sentAt: 'body.data.item.created_at',
        },
      },
      {
        type: 'message.received',
        when: 'body.topic == "conversation.user.replied"',
        id: 'body.id',
        at: 'body.created_at',
        fields: {
          ...person('body.data.item.conversation_parts.conversation_parts[0].author'),
          conversationId: 'body.data.item.id',
          messageId: 'body.data.item.conversation_parts.conversation_parts[0].id',
          text: 'body.data.item.conversation_parts.conversation_parts[0].body',
          attachments: {
            each: 'body.data.item.conversation_parts.conversation_parts[0].attachments',
            fields: attachment,
          },
          channel,
          sentAt: 'body.data.item.conversation_parts.conversation_parts[0].created_at',
        },
      },
      {
        type: 'conversation.escalated',
        when: 'body.topic == "conversation.admin.assigned"',
        id: 'body.id',
        at: 'body.created_at',
        fields: {
          ...person('body.data.item.source.author'),
          conversationId: 'body.data.item.id',
          startedAt: 'body.data.item.created_at',
          channel,
          transcript: {
            each: '[body.data.item.source]',
            fields: { role: 'item.author.type', text: 'item.body' },
          },
        },
      },
      {
        type: 'conversation.resolved',
        when: 'body.topic == "conversation.admin.closed"',
        id: 'body.id',
        at: 'body.created_at',
        fields: {
          ...person('body.data.item.source.author'),
          conversationId: 'body.data.item.id',
          resolvedBy: 'body.data.item.conversation_parts.conversation_parts[0].author.name',
          channel,
        },
      },
    ],
    ignore: bodyPaths(`
      app_id data.item.contacts data.item.conversation_parts.conversation_parts
      data.item.conversation_parts.total_count data.item.conversation_parts.type data.item.created_at
      data.item.source.attachments data.item.source.author.email data.item.source.author.id
      data.item.source.author.name data.item.source.author.type data.item.source.body
      data.item.source.delivered_as data.item.source.id data.item.source.subject data.item.source.type
      data.item.state data.item.type data.item.updated_at data.type delivered_at delivery_attempts
      delivery_status first_sent_at links self topic type
    `),
  },
  examples: [
    {
      name: 'conversation.user.created',
      body: notification('conversation.user.created', conversation('')),
      becomes: ['message.received'],
    },
    {
      name: 'conversation.user.replied',
      body: notification(
        'conversation.user.replied',
        conversation(part('comment', 'user', 'Jane Doe', '<p>It is 1001.</p>')),
      ),
      becomes: ['message.received'],
    },
    {
      name: 'conversation.admin.replied',
      body: notification(
        'conversation.admin.replied',
        conversation(part('comment', 'admin', 'Alex Kim', '<p>Hello!</p>')),
      ),
      becomes: [],
    },
    {
      name: 'conversation.admin.assigned',
      body: notification('conversation.admin.assigned', conversation(part('assignment', 'bot', 'Fin', ''))),
      becomes: ['conversation.escalated'],
    },
    {
      name: 'conversation.admin.closed',
      body: notification('conversation.admin.closed', conversation(part('close', 'admin', 'Alex Kim', ''))),
      becomes: ['conversation.resolved'],
    },
  ],
});

function withPlainText(body: Json): Json {
  const data = at(body, 'data');
  const item = at(data, 'item');
  if (!isObject(body) || !isObject(data) || !isObject(item)) return body;
  const { source, conversation_parts: parts } = item;
  const list = listOf(parts, 'conversation_parts');
  const written = {
    ...(source !== undefined && { source: inPlainText(source) }),
    ...(isObject(parts) && list && { conversation_parts: { ...parts, conversation_parts: list.map(inPlainText) } }),
  };
  return { ...body, data: { ...data, item: { ...item, ...written } } };
}

const inPlainText = (message: Json): Json =>
  isObject(message) && typeof message.body === 'string' ? { ...message, body: plainText(message.body) } : message;
