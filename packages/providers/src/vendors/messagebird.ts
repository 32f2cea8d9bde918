import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { defineProvider } from '../provider.ts';
import { type JudgedJwt, judgeJwt } from '../schemes/jwt/judge-jwt.ts';
import { headerOf } from '../schemes/signature.ts';

const ISSUER = 'MessageBird';
const LIFETIME_SECONDS = 60;
/** MessageBird's library allows this much beyond the token's own minute. */
const TOLERANCE_MS = 5000;

const FILES = ['image', 'video', 'audio', 'file'];
const inMessage = (name: string): string => `message.${name}`;
const PHONE = '"+" + string(body.contact.msisdn)';

/** https://developers.messagebird.com/api/#verifying-http-requests */
export const messagebird = defineProvider({
  needs: { publicUrl: true },
  verifier:
    ({ keys }) =>
    async ({ url = '', headers, body }, now) => {
      const token = headerOf(headers, 'messagebird-signature-jwt');
      if (token === undefined) return { kind: 'invalid', fault: 'missing' };
      const rules = {
        algorithms: ['HS256'],
        issuer: ISSUER,
        required: ['nbf', 'jti', 'url_hash'],
        toleranceMs: TOLERANCE_MS,
      };
      let judged: JudgedJwt = { kind: 'invalid', fault: 'mismatch' };
      for (const key of keys) {
        judged = await judgeJwt(token, key, rules, now);
        // Only another key can change this verdict.
        if (!(judged.kind === 'invalid' && judged.fault === 'mismatch')) break;
      }
      if (judged.kind !== 'signed') return judged;
      const { url_hash: urlHash, payload_hash: payloadHash, jti } = judged.claims;
      const isOfBody = payloadHash === undefined ? body.length === 0 : payloadHash === sha256(body);
      if (urlHash !== sha256(url) || !isOfBody) return { kind: 'invalid', fault: 'mismatch' };
      return typeof jti === 'string' ? { kind: 'valid', id: jti } : { kind: 'invalid', fault: 'form' };
    },
  mapping: {
    called: 'body.type',
    events: [
      {
        type: 'message.received',
        when: 'body.type == "message.created" && body.message.direction == "received"',
        id: 'body.message.id',
        at: 'body.message.createdDatetime',
        fields: {
          conversationId: ['body.conversation.id', 'body.message.conversationId'],
          userId: 'body.contact.id',
          messageId: 'body.message.id',
          text: ['body.message.content.text', ...FILES.map((kind) => `body.message.content.${kind}.caption`)],
          attachments: {
            each: FILES.map((kind) => `[body.message.content.${kind}]`),
            fields: { url: 'item.url', type: 'body.message.type' },
          },
          channel: 'body.message.platform',
          'customer.name': 'body.contact.displayName',
          'customer.phone': PHONE,
          sentAt: 'body.message.createdDatetime',
        },
      },
      {
        type: 'message.status',
        when: `body.type == "message.updated" && body.message.direction == "sent" &&
          body.message.status in ["sent", "delivered", "read", "failed"]`,
        id: 'body.message.id + "-" + body.message.status',
        at: 'body.message.updatedDatetime',
        fields: {
          conversationId: ['body.conversation.id', 'body.message.conversationId'],
          userId: 'body.contact.id',
          messageId: 'body.message.id',
          status: 'body.message.status',
          errorCode: 'body.message.error.code',
          errorText: 'body.message.error.description',
          phone: PHONE,
          channel: 'body.message.platform',
          changedAt: 'body.message.updatedDatetime',
        },
      },
    ],
    ignore: [
      ...['type', 'contact', 'conversation'],
      ...['channelId', 'conversationId', 'direction', 'from', 'to', 'source', 'status', 'type'].map(inMessage),
      ...[...FILES, 'text'].map((kind) => inMessage(`content.${kind}`)),
      ...['createdDatetime', 'updatedDatetime'].map(inMessage),
    ].map((name) => `body.${name}`),
  },
  examples: [
    {
      name: 'WhatsApp message',
      body: `{
        "type": "message.created",
        "contact": { "id": "9354647c5b144a2b4c99f2n42497249", "href": "https://contacts.messagebird.com/v2/contacts/1",
          "msisdn": 31612345678, "displayName": "Ada Lovelace", "firstName": "Ada", "lastName": "Lovelace" },
        "conversation": { "id": "2e15efafec384e1c82e9842075e87beb", "contactId": "9354647c5b144a2b4c99f2n42497249",
          "status": "active", "createdDatetime": "{{iso}}", "lastReceivedDatetime": "{{iso}}" },
        "message": { "id": "{{run}}", "conversationId": "2e15efafec384e1c82e9842075e87beb",
          "channelId": "5af8e1d0d3c54d7a9e2c0d4e8a7b1c60", "platform": "whatsapp", "direction": "received",
          "status": "received", "type": "text", "content": { "text": "Where is my order?" },
          "from": "+31612345678", "to": "+31851234567", "createdDatetime": "{{iso}}", "updatedDatetime": "{{iso}}" }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'status of a sent message',
      body: `{
        "type": "message.updated",
        "contact": { "id": "9354647c5b144a2b4c99f2n42497249", "msisdn": 31612345678 },
        "conversation": { "id": "2e15efafec384e1c82e9842075e87beb" },
        "message": { "id": "{{run}}", "platform": "whatsapp", "direction": "sent", "status": "delivered", "type": "text",
          "content": { "text": "It is on its way." }, "createdDatetime": "{{iso}}", "updatedDatetime": "{{iso}}" }
      }`,
      becomes: ['message.status'],
    },
    {
      name: 'message of an agent',
      body: `{
        "type": "message.created", "contact": { "id": "9354647c5b144a2b4c99f2n42497249" },
        "message": { "id": "{{run}}-sent", "direction": "sent", "status": "pending", "type": "text",
          "content": { "text": "It is on its way." }, "createdDatetime": "{{iso}}" }
      }`,
      becomes: [],
    },
  ],
  sign: async ({ url, body }, secret, now) => {
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT({ url_hash: sha256(url), payload_hash: sha256(body) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + LIFETIME_SECONDS)
      .setJti(randomUUID())
      .sign(createSecretKey(Buffer.from(secret)));
    return { 'messagebird-signature-jwt': token };
  },
});

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
