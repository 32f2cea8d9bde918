// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'OrderShipped',
  namespace: 'switchboard.commerce',
  doc: 'An order, or a part of it, left the warehouse.',
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
      name: 'orderNumber',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'The number the customer knows the order by, if it is another.',
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
      name: 'status',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The order's state, as the shop calls it.",
    },
    {
      name: 'trackingNumber',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The carrier's number of the parcel.",
    },
    {
      name: 'carrier',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'Who carries the parcel.',
    },
    {
      name: 'trackingUrl',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'Where the parcel can be followed.',
    },
    {
      name: 'items',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'OrderItem',
          namespace: 'switchboard.commerce',
          doc: 'One line of an order.',
          fields: [
            {
              name: 'sku',
              type: ['null', 'string'],
              default: null,
              maxLength: 256,
              doc: "The shop's number of the article.",
            },
            {
              name: 'name',
              type: ['null', 'string'],
              default: null,
              maxLength: 1000,
              doc: 'What the article is called.',
            },
            {
              name: 'quantity',
              type: ['null', 'double'],
              default: null,
              minimum: 0,
              doc: 'How many, or how much.',
            },
            {
              name: 'price',
              type: ['null', 'double'],
              default: null,
              doc: "The price of one, in the order's currency; for display, not for accounting.",
            },
          ],
        },
      },
      default: [],
      maxItems: 10000,
      doc: 'What is in the parcel.',
    },
    {
      name: 'shippedAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the parcel left.',
    },
    {
      name: 'estimatedDelivery',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When the parcel should arrive.',
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
  orderNumber: '#1001',
  userId: 'user-1024',
  email: 'jane.doe@example.com',
  phone: '+46 8 555 010 24',
  customerName: 'Jane Doe',
  status: 'shipped',
  trackingNumber: '1Z999AA10123456784',
  carrier: 'UPS',
  trackingUrl: 'https://carrier.example.com/track/1Z999AA10123456784',
  items: [
    {
      sku: 'KET-17',
      name: 'Kettle, 1.7 l',
      quantity: 1,
      price: 89.9,
    },
  ],
  shippedAt: '2026-01-11T16:40:00Z',
  estimatedDelivery: '2026-01-14',
  locale: 'en-GB',
};
