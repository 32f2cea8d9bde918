// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'StockReplenished',
  namespace: 'switchboard.commerce',
  doc: 'A product that was out of stock is available again.',
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
      name: 'productId',
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      maxLength: 256,
      doc: "The shop's id of the product.",
    },
    {
      name: 'sku',
      type: ['null', 'string'],
      default: null,
      minLength: 1,
      maxLength: 256,
      doc: "The shop's stock keeping unit of the product.",
    },
    {
      name: 'variantId',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: "The shop's id of the variant, such as a size or colour.",
    },
    {
      name: 'name',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: "The product's name.",
    },
    {
      name: 'quantity',
      type: ['null', 'double'],
      default: null,
      doc: 'The available quantity after the change; below zero if more is sold than in stock.',
    },
    {
      name: 'previousQuantity',
      type: ['null', 'double'],
      default: null,
      doc: 'The available quantity before the change.',
    },
    {
      name: 'warehouse',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'The warehouse or location of the stock.',
    },
    {
      name: 'price',
      type: ['null', 'double'],
      default: null,
      doc: 'The price of one; for display, not for accounting.',
    },
    {
      name: 'currency',
      type: ['null', 'string'],
      default: null,
      minLength: 3,
      maxLength: 3,
      doc: 'The currency of the price, as an ISO 4217 code.',
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
      doc: "The people who asked to be notified, by the chatbot platform's ids.",
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'The page of the product.',
    },
    {
      name: 'replenishedAt',
      type: [
        'null',
        {
          type: 'long',
          logicalType: 'timestamp-millis',
        },
      ],
      default: null,
      doc: 'When it became available.',
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
  productId: 'product-17',
  sku: 'KET-17',
  variantId: 'variant-171',
  name: 'Kettle, 1.7 l',
  quantity: 40,
  previousQuantity: 0,
  warehouse: 'Malmö 2',
  price: 89.9,
  currency: 'EUR',
  userIds: ['user-1024', 'user-2048'],
  url: 'https://shop.example.com/products/kettle',
  replenishedAt: '2026-01-12T06:00:00Z',
  locale: 'en-GB',
};
