import { bodyPaths } from '../body-paths.ts';
import { isObject } from '../json.ts';
import { defineProvider } from '../provider.ts';
import { hmacScheme } from '../schemes/hmac-scheme.ts';

/** https://developers.viber.com/docs/api/rest-bot-api/#callbacks: the key is the bot's token. */
export const viber = defineProvider({
  ...hmacScheme({ header: 'x-viber-content-signature', algorithm: 'sha256', encoding: 'hex' }),
  /** Sent when the address is set. */
  handshake: ({ body }) =>
    isObject(body) && body.event === 'webhook' ? { status: 200, contentType: 'text/plain', body: '' } : undefined,
  mapping: {
    called: 'body.event',
    events: [
      {
        type: 'message.received',
        when: 'body.event == "message"',
        id: 'body.message_token',
        at: 'body.timestamp',
        fields: {
          userId: 'body.sender.id',
          messageId: 'body.message_token',
          text: 'body.message.text',
          attachments: {
            each: 'has(body.message.media) && body.message.type != "text" ? [body.message] : []',
            fields: { url: 'item.media', type: 'item.type', name: 'item.file_name' },
          },
          channel: '"viber"',
          locale: 'body.sender.language',
          'customer.name': 'body.sender.name',
          sentAt: 'body.timestamp',
        },
      },
      {
        type: 'message.status',
        when: 'body.event in ["delivered", "seen", "failed"]',
        id: 'string(body.message_token) + "-" + body.event',
        at: 'body.timestamp',
        fields: {
          userId: 'body.user_id',
          messageId: 'body.message_token',
          status: 'body.event == "seen" ? "read" : body.event',
          errorText: 'body.desc',
          channel: '"viber"',
          changedAt: 'body.timestamp',
        },
      },
    ],
    ignore: bodyPaths(`
      event message.media message.tracking_data message.type sender.api_version sender.avatar
      sender.country
    `),
  },
  examples: [
    {
      name: 'message',
      body: `{
        "event": "message", "timestamp": {{milliseconds}}, "message_token": {{number}},
        "sender": {
          "id": "01234567890A=", "name": "John McClane", "avatar": "http://avatar.example.com", "country": "UK",
          "language": "en", "api_version": 1
        },
        "message": { "type": "picture", "text": "The receipt", "media": "https://files.example.com/receipt.jpg", "tracking_data": "" }
      }`,
      becomes: ['message.received'],
    },
    {
      name: 'seen',
      body: `{ "event": "seen", "timestamp": {{milliseconds}}, "message_token": {{number}}, "user_id": "01234567890A=" }`,
      becomes: ['message.status'],
    },
    {
      name: 'subscribed',
      body: `{
        "event": "subscribed", "timestamp": {{milliseconds}}, "message_token": {{number}},
        "user": { "id": "01234567890A=", "name": "John McClane", "language": "en" }
      }`,
      becomes: [],
    },
  ],
});
