// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'MessageReceived',
  namespace: 'switchboard.chat',
  doc: 'A person wrote to the chatbot.',
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
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      maxLength: 256,
      doc: "The platform's id of the conversation; some platforms know only the person.",
    },
    {
      name: 'userId',
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      aliases: ['senderId'],
      maxLength: 256,
      doc: "The platform's id of the person who wrote.",
    },
    {
      name: 'messageId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The platform's id of the message.",
    },
    {
      name: 'text',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: 'What the person wrote; nothing for a message without words, such as an image.',
    },
    {
      name: 'attachments',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Attachment',
          namespace: 'switchboard.chat',
          doc: 'A file that came with a message.',
          fields: [
            {
              name: 'url',
              type: ['null', 'string'],
              default: null,
              maxLength: 8192,
              doc: 'Where the platform keeps the file.',
            },
            {
              name: 'type',
              type: ['null', 'string'],
              default: null,
              maxLength: 256,
              doc: 'What it is: a media type, or a word such as image.',
            },
            {
              name: 'name',
              type: ['null', 'string'],
              default: null,
              maxLength: 1000,
              doc: "The file's name.",
            },
          ],
        },
      },
      default: [],
      maxItems: 1000,
      doc: 'The files that came with the message.',
    },
    {
      name: 'channel',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'Where the message came in, such as web or whatsapp.',
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: "The person's language as a BCP 47 tag, such as de-DE.",
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
      name: 'sentAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the person sent it.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  conversationId: 'conv-20260115-4712',
  userId: 'user-2048',
  messageId: 'msg-77',
  text: 'Do you ship to Norway? Here is what I would like to order 🙂',
  attachments: [
    {
      url: 'https://files.example.com/list.png',
      type: 'image/png',
      name: 'list.png',
    },
  ],
  channel: 'whatsapp',
  locale: 'nb-NO',
  customer: {
    name: 'John Doe',
    phone: '+47 22 55 50 10',
  },
  sentAt: '2026-01-15T11:02:13.250Z',
};
