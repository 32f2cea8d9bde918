import { bodyPaths } from '../body-paths.ts';
import { listOf, splitEvents } from '../json.ts';
import { defineProvider } from '../provider.ts';
import { hmacScheme } from '../schemes/hmac-scheme.ts';

/** https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/ */
export const line = defineProvider({
  ...hmacScheme({ header: 'x-line-signature', algorithm: 'sha256', encoding: 'base64' }),
  /** The button that verifies the address sends no events. */
  handshake: ({ body }) =>
    listOf(body, 'events')?.length === 0 ? { status: 200, contentType: 'text/plain', body: '' } : undefined,
  split: ({ body }) => splitEvents(body),
  mapping: {
    called: 'body.event.type',
    events: [
      {
        type: 'message.received',
        when: 'body.event.type == "message" && (!has(body.event.mode) || body.event.mode != "standby")',
        id: 'body.event.webhookEventId',
        at: 'body.event.timestamp',
        fields: {
          conversationId: ['body.event.source.groupId', 'body.event.source.roomId', 'body.event.source.userId'],
          userId: 'body.event.source.userId',
          messageId: 'body.event.message.id',
          text: 'body.event.message.text',
          attachments: {
            each: 'body.event.message.type in ["image", "video", "audio", "file"] ? [body.event.message] : []',
            fields: { url: 'item.contentProvider.originalContentUrl', type: 'item.type', name: 'item.fileName' },
          },
          channel: '"line"',
          sentAt: 'body.event.timestamp',
        },
      },
    ],
    ignore: bodyPaths(`
      envelope event.deliveryContext event.message.fileName event.message.fileSize
      event.message.quoteToken event.message.type event.mode event.replyToken event.source.type
      event.type
    `),
  },
  examples: [
    {
      name: 'message',
      body: `{
        "destination": "Uf2c5e9d0b1a2c3d4e5f60718293a4b5c",
        "events": [
          {
            "type": "message", "mode": "active", "timestamp": {{milliseconds}}, "webhookEventId": "{{run}}-1",
            "deliveryContext": { "isRedelivery": false }, "replyToken": "757913772c4646b784d4b7ce46d12671",
            "source": { "type": "user", "userId": "U80696558e1aa831fb56c1a8c1e7ed3a1" },
            "message": { "type": "text", "id": "14353798921116", "quoteToken": "q3Plxr4AgKd", "text": "Hello, world" }
          },
          {
            "type": "message", "mode": "active", "timestamp": {{milliseconds}}, "webhookEventId": "{{run}}-2",
            "deliveryContext": { "isRedelivery": false }, "replyToken": "757913772c4646b784d4b7ce46d12672",
            "source": { "type": "group", "groupId": "Ca56f94637c", "userId": "U80696558e1aa831fb56c1a8c1e7ed3a1" },
            "message": { "type": "file", "id": "354718705", "fileName": "file.txt", "fileSize": 2138 }
          },
          {
            "type": "message", "mode": "standby", "timestamp": {{milliseconds}}, "webhookEventId": "{{run}}-4",
            "deliveryContext": { "isRedelivery": false }, "source": { "type": "user", "userId": "U80696558e1aa831" },
            "message": { "type": "text", "id": "14353798921117", "text": "Another module answers this" }
          },
          {
            "type": "follow", "mode": "active", "timestamp": {{milliseconds}}, "webhookEventId": "{{run}}-3",
            "deliveryContext": { "isRedelivery": false }, "source": { "type": "user", "userId": "U80696558e1aa831" }
          }
        ]
      }`,
      becomes: ['message.received', 'message.received'],
    },
  ],
});
