// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'ConversationResolved',
  namespace: 'switchboard.chat',
  doc: 'A conversation ended with its matter settled.',
  fields: [
    {
      name: 'meta',
      type: {
        type: 'record',
        name: 'EventMeta',
        namespace: 'switchboard',
        doc: 'What is known about every event, whatever happened.',
        fields: [
          {
            name: 'id',
            type: 'string',
            minLength: 1,
            maxLength: 256,
            doc: "The sender's id of the event, else one made from its content; unique per tenant, source and event type.",
          },
          {
            name: 'type',
            type: 'string',
            minLength: 1,
            maxLength: 100,
            doc: 'The event type, as the catalogue names it.',
          },
          {
            name: 'source',
            type: 'string',
            minLength: 1,
            maxLength: 63,
            doc: 'The configured source that the event came through.',
          },
          {
            name: 'tenant',
            type: 'string',
            minLength: 1,
            maxLength: 63,
            doc: "Whose event it is; from the source's configuration, never from the body.",
          },
          {
            name: 'occurredAt',
            type: {
              type: 'long',
              logicalType: 'timestamp-millis',
            },
            doc: 'When it happened, as the sender says; when it was received, if the sender does not say.',
          },
          {
            name: 'receivedAt',
            type: {
              type: 'long',
              logicalType: 'timestamp-millis',
            },
            doc: 'When Switchboard received it.',
          },
          {
            name: 'extra',
            type: ['null', 'string'],
            default: null,
            maxLength: 2097152,
            doc: 'JSON text of the sent fields that the schema does not know, nested as they were sent.',
          },
        ],
      },
      doc: 'What is known about every event.',
    },
    {
      name: 'conversationId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The platform's id of the conversation.",
    },
    {
      name: 'userId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The platform's id of the person.",
    },
    {
      name: 'customer',
      type: [
        'null',
        {
          type: 'record',
          name: 'Customer',
          namespace: 'switchboard.chat',
          doc: 'Who the chatbot is talking to, as far as it knows.',
          fields: [
            {
              name: 'name',
              type: ['null', 'string'],
              default: null,
              maxLength: 256,
              doc: "The person's name.",
            },
            {
              name: 'email',
              type: ['null', 'string'],
              default: null,
              maxLength: 320,
              doc: "The person's e-mail address.",
            },
            {
              name: 'phone',
              type: ['null', 'string'],
              default: null,
              maxLength: 64,
              doc: "The person's phone number.",
            },
            {
              name: 'company',
              type: ['null', 'string'],
              default: null,
              maxLength: 256,
              doc: 'The company the person speaks for.',
            },
          ],
        },
      ],
      default: null,
      doc: 'How the person is called and reached.',
    },
    {
      name: 'intent',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'What the person wanted, as the chatbot understood it.',
    },
    {
      name: 'resolution',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: 'How it was settled, such as answered or refund_issued.',
    },
    {
      name: 'resolvedBy',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'Who settled it: bot, agent, or what the platform calls them.',
    },
    {
      name: 'summary',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: 'The conversation in a few sentences.',
    },
    {
      name: 'messageCount',
      type: ['null', 'int'],
      default: null,
      minimum: 0,
      doc: 'How many messages were exchanged.',
    },
    {
      name: 'sessionDuration',
      type: ['null', 'double'],
      default: null,
      minimum: 0,
      doc: 'How long the conversation lasted, in seconds.',
    },
    {
      name: 'rating',
      type: ['null', 'double'],
      default: null,
      doc: "How the person rated it, on the platform's scale.",
    },
    {
      name: 'channel',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'Where the conversation took place, such as web or whatsapp.',
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: "The person's language as a BCP 47 tag, such as de-DE.",
    },
    {
      name: 'transcript',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'TranscriptEntry',
          namespace: 'switchboard.chat',
          doc: 'One turn of a conversation.',
          fields: [
            {
              name: 'role',
              type: 'string',
              minLength: 1,
              maxLength: 256,
              doc: 'Who spoke: user, bot, agent, or what the platform calls them.',
            },
            {
              name: 'text',
              type: ['null', 'string'],
              default: null,
              maxLength: 65536,
              doc: 'What was said; nothing for a turn without words, such as an attachment.',
            },
            {
              name: 'timestamp',
              type: [
                'null',
                {
                  type: 'long',
                  logicalType: 'timestamp-millis',
                },
              ],
              default: null,
              doc: 'When it was said.',
            },
          ],
        },
      },
      default: [],
      maxItems: 10000,
      doc: 'What was said, oldest first.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  conversationId: 'conv-20260115-4711',
  userId: 'user-1024',
  customer: {
    name: 'Jane Doe',
    email: 'jane.doe@example.com',
  },
  intent: 'refund',
  resolution: 'refund_issued',
  resolvedBy: 'agent',
  summary: 'The price of the kettle was refunded; the customer keeps the broken one for the recycling centre.',
  messageCount: 14,
  sessionDuration: 1260,
  rating: 4,
  channel: 'web',
  locale: 'en-GB',
  transcript: [
    {
      role: 'agent',
      text: 'The money is on its way; you need not send the kettle back.',
      timestamp: '2026-01-15T10:44:10Z',
    },
    {
      role: 'user',
      text: 'Thank you, that was quick.',
      timestamp: '2026-01-15T10:45:48Z',
    },
  ],
};
