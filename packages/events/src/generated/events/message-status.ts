// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'MessageStatus',
  namespace: 'switchboard.chat',
  doc: 'A message to a person was sent, delivered or read, or failed.',
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
      maxLength: 256,
      doc: "The platform's id of the person to whom the message was sent.",
    },
    {
      name: 'messageId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The platform's id of the message.",
    },
    {
      name: 'status',
      type: 'string',
      minLength: 1,
      maxLength: 64,
      doc: 'What became of the message: sent, delivered, read or failed.',
    },
    {
      name: 'errorCode',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The platform's code for the failure.",
    },
    {
      name: 'errorText',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: "The platform's description of the failure.",
    },
    {
      name: 'phone',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'The phone number that the message was sent to.',
    },
    {
      name: 'channel',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'The channel of the message, such as whatsapp or sms.',
    },
    {
      name: 'changedAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the message reached this status.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  conversationId: 'conv-20260115-4712',
  userId: 'user-2048',
  messageId: 'msg-78',
  status: 'failed',
  errorCode: '131047',
  errorText: 'More than 24 hours have passed since the person last replied.',
  phone: '+47 22 55 50 10',
  channel: 'whatsapp',
  changedAt: '2026-01-16T12:02:14Z',
};
