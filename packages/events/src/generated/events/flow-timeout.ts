// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'FlowTimeout',
  namespace: 'switchboard.flows',
  doc: 'An instance of a flow has waited as long as its flow allows.',
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
      name: 'key',
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      doc: "The value that the instance's events have in common.",
    },
    {
      name: 'flow',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: 'The name of the flow.',
    },
    {
      name: 'version',
      type: 'int',
      minimum: 1,
      doc: "The flow's version.",
    },
    {
      name: 'round',
      type: 'int',
      minimum: 0,
      doc: 'How often the flow ran for this key before.',
    },
    {
      name: 'dueAt',
      type: {
        type: 'long',
        logicalType: 'timestamp-millis',
      },
      doc: 'When the time was over.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  key: 'A-1001',
  flow: 'order-confirmed',
  version: 2,
  round: 0,
  dueAt: '2026-03-01T10:00:00Z',
};
