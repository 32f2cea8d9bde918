// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'MessageRequested',
  namespace: 'switchboard.chat',
  doc: 'A flow or an action has a message for a person.',
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
      doc: 'The metadata of every event.',
    },
    {
      name: 'userId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The chatbot platform's id of the person.",
    },
    {
      name: 'conversationId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The chatbot platform's id of the conversation that the message belongs to.",
    },
    {
      name: 'title',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: 'The subject, for channels that show one.',
    },
    {
      name: 'texts',
      type: {
        type: 'map',
        values: 'string',
      },
      maxEntries: 50,
      maxLength: 65536,
      doc: 'The text by locale, as a BCP 47 tag; the first is the default.',
    },
    {
      name: 'about',
      type: ['null', 'string'],
      default: null,
      maxLength: 512,
      doc: 'What the message is about; messages about the same thing keep their order.',
    },
    {
      name: 'solicited',
      type: 'boolean',
      doc: 'Whether the person has asked for it. Such a message needs no opt-in and does not wait.',
    },
    {
      name: 'urgent',
      type: 'boolean',
      doc: 'Whether the message bypasses quiet hours, digests and rate limits.',
    },
    {
      name: 'expiresAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the message becomes pointless.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  userId: 'user_8812',
  conversationId: 'conv_4711',
  texts: {
    en: 'Your order A-1001 is confirmed.',
    de: 'Ihre Bestellung A-1001 ist bestätigt.',
  },
  about: 'order-confirmed:A-1001',
  solicited: false,
  urgent: false,
  expiresAt: '2026-03-02T09:30:00Z',
};
