// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'IncidentOpened',
  namespace: 'switchboard.ops',
  doc: 'Something stopped working.',
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
      type: 'string',
      minLength: 1,
      maxLength: 1000,
      doc: 'What stopped working.',
    },
    {
      name: 'severity',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'How bad it is, such as critical, major or minor.',
    },
    {
      name: 'status',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'Where the work on it stands, such as investigating.',
    },
    {
      name: 'description',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: 'What is known about it.',
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
      doc: 'What is affected.',
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
      doc: 'Who is affected, by the ids the chatbot knows them by.',
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'Where people follow it.',
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
  status: 'investigating',
  description: 'About a third of the card payments are declined by the provider. Other ways to pay work.',
  services: ['checkout', 'payments'],
  userIds: ['user-1024', 'user-2048'],
  url: 'https://status.example.com/incidents/2026-007',
  startedAt: '2026-01-15T12:01:00Z',
  locale: 'en-GB',
};
