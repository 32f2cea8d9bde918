import { bodyPaths } from '../body-paths.ts';
import { splitEvents } from '../json.ts';
import { defineProvider } from '../provider.ts';
import { secretHeader } from '../schemes/secret-header.ts';

/** https://docs.smooch.io/rest/#section/Webhooks */
export const sunshine = defineProvider({
  ...secretHeader('x-api-key'),
  split: ({ body }) => splitEvents(body),
  mapping: {
    called: 'body.type',
    events: [
      {
        type: 'message.received',
        when: 'body.event.type == "conversation:message" && body.event.payload.message.author.type == "user"',
        id: 'body.event.id',
        at: 'body.event.createdAt',
        fields: {
          conversationId: 'body.event.payload.conversation.id',
          userId: 'body.event.payload.message.author.userId',
          messageId: 'body.event.payload.message.id',
          text: ['body.event.payload.message.content.text', 'body.event.payload.message.content.altText'],
          attachments: {
            each: 'has(body.event.payload.message.content.mediaUrl) ? [body.event.payload.message.content] : []',
            fields: { url: 'item.mediaUrl', type: ['item.mediaType', 'item.type'], name: 'item.altText' },
          },
          channel: 'body.event.payload.message.source.type',
          'customer.name': 'body.event.payload.message.author.displayName',
          'customer.email': 'body.event.payload.message.author.user.profile.email',
          sentAt: 'body.event.payload.message.received',
        },
      },
    ],
    ignore: bodyPaths(`
      envelope event.payload.conversation.type event.payload.message.author.type
      event.payload.message.content.type event.payload.message.source.integrationId event.type
    `),
  },
  examples: [
    {
      name: 'conversation:message',
      body: `{
        "app": { "id": "5ced3dca1f8d2500108d5a1c" }, "webhook": { "id": "5f74a0c32b5315fc007e7980", "version": "v2" },
        "events": [
          {
            "id": "{{run}}-1", "createdAt": "{{iso}}", "type": "conversation:message",
            "payload": {
              "conversation": { "id": "8b5fe06a3dbc5ddc1ad4a9d5", "type": "personal" },
              "message": {
                "id": "{{run}}-m1", "received": "{{iso}}",
                "author": { "type": "user", "userId": "4218ee0d0a6a2ba9e2a1c8f2", "displayName": "Jane Doe" },
                "content": { "type": "text", "text": "Where is my order?" },
                "source": { "type": "web", "integrationId": "5ced3dca1f8d2500108d5a1d" }
              }
            }
          },
          {
            "id": "{{run}}-2", "createdAt": "{{iso}}", "type": "conversation:message",
            "payload": {
              "conversation": { "id": "8b5fe06a3dbc5ddc1ad4a9d5", "type": "personal" },
              "message": {
                "id": "{{run}}-m2", "received": "{{iso}}", "author": { "type": "business", "displayName": "Bot" },
                "content": { "type": "text", "text": "One moment, please." }, "source": { "type": "api:conversations" }
              }
            }
          }
        ]
      }`,
      becomes: ['message.received'],
    },
  ],
});
