// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'PaymentConfirmed',
  namespace: 'switchboard.commerce',
  doc: 'The money for an order has arrived.',
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
      name: 'orderId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The shop's id of the order.",
    },
    {
      name: 'paymentId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The payment provider's id of the payment.",
    },
    {
      name: 'userId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'Who ordered, by the id the chatbot knows them by.',
    },
    {
      name: 'customerId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The shop's or billing system's id of the customer.",
    },
    {
      name: 'email',
      type: ['null', 'string'],
      default: null,
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
      name: 'customerName',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The customer's name.",
    },
    {
      name: 'amount',
      type: ['null', 'double'],
      default: null,
      doc: 'What was paid; for display, not for accounting.',
    },
    {
      name: 'currency',
      type: ['null', 'string'],
      default: null,
      minLength: 3,
      maxLength: 3,
      doc: 'The currency of the amount, by ISO 4217.',
    },
    {
      name: 'method',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'How it was paid, such as card.',
    },
    {
      name: 'paidAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When it was paid.',
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
  orderId: 'order-1001',
  paymentId: 'pay-5550',
  userId: 'user-1024',
  email: 'jane.doe@example.com',
  customerName: 'Jane Doe',
  amount: 129.9,
  currency: 'EUR',
  method: 'card',
  paidAt: '2026-01-10T08:15:42Z',
  locale: 'en-GB',
};
