// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'MaintenanceScheduled',
  namespace: 'switchboard.ops',
  doc: 'Maintenance was scheduled.',
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
      name: 'maintenanceId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The status page's id of the maintenance.",
    },
    {
      name: 'title',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: 'What is going to happen.',
    },
    {
      name: 'description',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: 'Details of the work and of its effects.',
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
      doc: 'The affected services.',
    },
    {
      name: 'environment',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'The affected environment, such as production.',
    },
    {
      name: 'impact',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'How much is affected, such as none, minor or major.',
    },
    {
      name: 'status',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'The status of the work, such as scheduled.',
    },
    {
      name: 'startsAt',
      type: {
        type: 'long',
        logicalType: 'timestamp-millis',
      },
      doc: 'When the maintenance starts.',
    },
    {
      name: 'endsAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the maintenance is planned to end.',
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
      doc: "The affected people, by the chatbot platform's ids.",
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'The page of the maintenance.',
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
  maintenanceId: 'maint-2026-003',
  title: 'Database upgrade',
  description: 'The checkout is unavailable for some minutes.',
  services: ['checkout', 'payments'],
  environment: 'production',
  impact: 'minor',
  status: 'scheduled',
  startsAt: '2026-01-18T22:00:00Z',
  endsAt: '2026-01-18T23:30:00Z',
  userIds: ['user-1024', 'user-2048'],
  url: 'https://status.example.com/maintenance/2026-003',
  locale: 'en-GB',
};
