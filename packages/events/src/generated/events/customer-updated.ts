// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'CustomerUpdated',
  namespace: 'switchboard.people',
  doc: 'Data of a customer changed in another system.',
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
      name: 'customerId',
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      maxLength: 256,
      doc: "The other system's id of the customer.",
    },
    {
      name: 'userId',
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      maxLength: 256,
      doc: "The chatbot platform's id of the customer.",
    },
    {
      name: 'email',
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      maxLength: 320,
      doc: "The customer's e-mail address.",
    },
    {
      name: 'phone',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: "The customer's phone number.",
    },
    {
      name: 'name',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The customer's name.",
    },
    {
      name: 'company',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The customer's company.",
    },
    {
      name: 'jobTitle',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The customer's job title.",
    },
    {
      name: 'changes',
      type: {
        type: 'map',
        values: 'string',
      },
      default: {},
      maxEntries: 1000,
      maxLength: 65536,
      doc: 'The new values of the changed properties, by the property names of the other system; empty if a value was removed.',
    },
    {
      name: 'changedBy',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'Who or what changed the data.',
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'The page of the customer in the other system.',
    },
    {
      name: 'updatedAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the data changed.',
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: "The customer's language as a BCP 47 tag, such as de-DE.",
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  customerId: 'customer-5120',
  userId: 'user-1024',
  email: 'jane.doe@example.com',
  phone: '+46 8 555 010 25',
  name: 'Jane Doe',
  company: 'Example Trading',
  jobTitle: 'Buyer',
  changes: {
    phone: '+46 8 555 010 25',
    lifecyclestage: 'customer',
  },
  changedBy: 'Alex Kim',
  url: 'https://crm.example.com/contacts/5120',
  updatedAt: '2026-01-15T14:00:00Z',
  locale: 'en-GB',
};
