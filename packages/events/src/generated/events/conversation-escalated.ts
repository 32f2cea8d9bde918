// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'ConversationEscalated',
  namespace: 'switchboard.chat',
  doc: 'The chatbot handed a conversation over to people.',
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
      doc: 'What the person wants, as the chatbot understood it, such as refund.',
    },
    {
      name: 'reason',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: 'Why the chatbot gave up, such as customer_frustrated or low_confidence.',
    },
    {
      name: 'confidence',
      type: ['null', 'double'],
      default: null,
      minimum: 0,
      maximum: 1,
      doc: 'How sure the chatbot was of its understanding.',
    },
    {
      name: 'sentiment',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: "The person's mood, such as negative.",
    },
    {
      name: 'sentimentScore',
      type: ['null', 'double'],
      default: null,
      minimum: -1,
      maximum: 1,
      doc: "The person's mood as a number, from bad to good.",
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
      name: 'startedAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the conversation began.',
    },
    {
      name: 'channel',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'Where the conversation takes place, such as web or whatsapp.',
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: "The person's language as a BCP 47 tag, such as de-DE.",
    },
    {
      name: 'pageUrl',
      type: ['null', 'string'],
      default: null,
      maxLength: 8192,
      doc: 'The page the person was on.',
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
    phone: '+46 8 555 010 24',
  },
  intent: 'refund',
  reason: 'customer_frustrated',
  confidence: 0.15,
  sentiment: 'negative',
  sentimentScore: -0.8,
  summary:
    'The kettle arrived broken, the replacement too. The customer wants the money back and does not want to wait for a third one.',
  messageCount: 9,
  sessionDuration: 312,
  startedAt: '2026-01-15T10:24:48Z',
  channel: 'web',
  locale: 'en-GB',
  pageUrl: 'https://shop.example.com/orders/1001',
  transcript: [
    {
      role: 'user',
      text: 'My second kettle is broken as well. I want my money back.',
      timestamp: '2026-01-15T10:24:48Z',
    },
    {
      role: 'bot',
      text: 'I am sorry to hear that. Shall I send a replacement?',
      timestamp: '2026-01-15T10:24:50Z',
    },
    {
      role: 'user',
      text: 'No. A refund, and somebody I can talk to!',
      timestamp: '2026-01-15T10:29:58Z',
    },
    {
      role: 'bot',
      text: 'I am handing you over to a colleague.',
      timestamp: '2026-01-15T10:30:00Z',
    },
  ],
};
