// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'ActionCompleted',
  namespace: 'switchboard.actions',
  doc: 'A run of an action has ended: the audit record, without what was asked or answered.',
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
      name: 'runId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: 'The id of the run.',
    },
    {
      name: 'action',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: 'The name of the action.',
    },
    {
      name: 'caller',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The caller's name in the configuration.",
    },
    {
      name: 'person',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: "The SHA-256 of the person's e-mail address or user id, in hex.",
    },
    {
      name: 'actedFor',
      type: 'boolean',
      default: false,
      doc: 'Whether a program with the scope act-for named the person, who did not ask by themselves.',
    },
    {
      name: 'outcome',
      type: 'string',
      minLength: 1,
      maxLength: 64,
      doc: 'What came of it, such as answered, not_found, refused or failed.',
    },
    {
      name: 'durationMs',
      type: 'long',
      minimum: 0,
      doc: 'How long the run took.',
    },
    {
      name: 'inputHash',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'The SHA-256 of the input, in hex.',
    },
    {
      name: 'conversationId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The chatbot platform's id of the conversation that the action ran in.",
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  runId: '0198f4c1-7d3a-7b52-9f0e-3c1d5a8e2b47',
  action: 'order-status',
  caller: 'chat-platform',
  person: 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90',
  outcome: 'answered',
  durationMs: 84,
  inputHash: '0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
  conversationId: 'conv_4711',
};
