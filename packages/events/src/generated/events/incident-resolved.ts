// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'IncidentResolved',
  namespace: 'switchboard.ops',
  doc: 'What had stopped working works again.',
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
      name: 'incidentId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The monitoring system's id of the incident.",
    },
    {
      name: 'title',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: 'What had stopped working.',
    },
    {
      name: 'severity',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'How bad it was, such as critical, major or minor.',
    },
    {
      name: 'resolution',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: 'What was done about it.',
    },
    {
      name: 'services',
      type: {
        type: 'array',
        items: 'string',
      },
      default: [],
      maxItems: 1000,
      maxLength: 256,
      doc: 'What was affected.',
    },
    {
      name: 'userIds',
      type: {
        type: 'array',
        items: 'string',
      },
      default: [],
      maxItems: 50000,
      maxLength: 256,
      doc: 'Who was affected, by the ids the chatbot knows them by.',
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'Where people read about it.',
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
      doc: 'When it began.',
    },
    {
      name: 'resolvedAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When it ended.',
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: 'The language of the texts as a BCP 47 tag, such as de-DE.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  incidentId: 'inc-2026-007',
  title: 'Card payments fail',
  severity: 'critical',
  resolution: 'The provider rolled back a change of its own; all card payments work again.',
  services: ['checkout', 'payments'],
  userIds: ['user-1024', 'user-2048'],
  url: 'https://status.example.com/incidents/2026-007',
  startedAt: '2026-01-15T12:01:00Z',
  resolvedAt: '2026-01-15T12:48:30Z',
  locale: 'en-GB',
};
