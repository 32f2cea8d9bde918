import { bodyPaths } from '../body-paths.ts';
import { isObject, without } from '../json.ts';
import { defineProvider } from '../provider.ts';
import { hmacScheme, milliseconds } from '../schemes/hmac-scheme.ts';
import { headerOf } from '../schemes/signature.ts';

const application = hmacScheme({
  header: 'x-front-signature',
  algorithm: 'sha256',
  encoding: 'base64',
  time: { header: 'x-front-request-timestamp', unit: milliseconds, before: (time) => `${time}:` },
});
const rule = hmacScheme({ header: 'x-front-signature', algorithm: 'sha1', encoding: 'base64' });

const sender = 'body.target.data.recipients.filter(recipient, recipient.role == "from")[0].handle';

const event = (type: string, isInbound: boolean): string => `{
  "_links": { "self": "https://api2.frontapp.com/events/evt_{{run}}" },
  "id": "evt_{{run}}-${type}", "type": "${type}", "emitted_at": {{seconds}}.123,
  "conversation": {
    "id": "cnv_55c8c149", "subject": "Where is my order?", "status": "unassigned", "tags": [],
    "recipient": { "handle": "jane.doe@example.com", "role": "from", "name": "Jane Doe" }
  },
  "source": { "_meta": { "type": "inboxes" }, "data": [{ "id": "inb_55c8c149", "name": "Support" }] },
  "target": {
    "_meta": { "type": "message" },
    "data": {
      "id": "msg_{{run}}", "type": "email", "is_inbound": ${isInbound}, "created_at": {{seconds}}.123,
      "blurb": "It should have been here", "body": "<p>It should have been here yesterday.</p>",
      "text": "It should have been here yesterday.", "author": null,
      "recipients": [
        { "handle": "support@example.com", "role": "to" }, { "handle": "jane.doe@example.com", "role": "from" }
      ],
      "attachments": [{ "filename": "list.png", "url": "https://files.example.com/list.png", "content_type": "image/png", "size": 3 }]
    }
  }
}`;

/** https://dev.frontapp.com/docs/application-webhooks and …/rule-webhooks, which differ in how they sign. */
export const front = defineProvider({
  ...application,
  verifier: (source) => {
    const verifiers = { application: application.verifier(source), rule: rule.verifier(source) };
    return (request, now) => {
      const isTimed = headerOf(request.headers, 'x-front-request-timestamp') !== undefined;
      return verifiers[isTimed ? 'application' : 'rule'](request, now);
    };
  },
  handshake: ({ headers }) => {
    const challenge = headerOf(headers, 'x-front-challenge');
    return challenge === undefined ? undefined : { status: 200, contentType: 'text/plain', body: challenge };
  },
  /** Application webhooks wrap what rule webhooks send. */
  split: ({ body }) => [
    isObject(body) && isObject(body.payload) ? { envelope: without(body, 'payload'), ...body.payload } : body,
  ],
  mapping: {
    called: 'body.type',
    events: [
      {
        type: 'message.received',
        when: 'body.type == "inbound" && body.target.data.is_inbound == true',
        id: 'body.id',
        at: 'body.emitted_at',
        fields: {
          conversationId: 'body.conversation.id',
          userId: sender,
          messageId: 'body.target.data.id',
          text: ['body.target.data.text', 'body.target.data.blurb'],
          attachments: {
            each: 'body.target.data.attachments',
            fields: { url: 'item.url', type: 'item.content_type', name: 'item.filename' },
          },
          channel: 'body.target.data.type',
          'customer.name': 'body.conversation.recipient.name',
          'customer.email': `${sender}.contains("@") ? ${sender} : body.none`,
          sentAt: 'body.target.data.created_at',
        },
      },
    ],
    ignore: bodyPaths(`
      _links conversation.recipient.handle conversation.recipient.role conversation.status
      conversation.subject conversation.tags envelope source target._meta target.data.attachments
      target.data.author target.data.blurb target.data.body target.data.is_inbound
      target.data.recipients type
    `),
  },
  examples: [
    {
      name: 'inbound by an application',
      body: `{ "type": "inbound_received", "authorization": { "id": "cmp_abc" }, "payload": ${event('inbound', true)} }`,
      becomes: ['message.received'],
    },
    { name: 'inbound by a rule', body: event('inbound', true), becomes: ['message.received'] },
    { name: 'outbound', body: event('outbound', false), becomes: [] },
  ],
});
