// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'ArticleUpdated',
  namespace: 'switchboard.content',
  doc: 'A visible article of the knowledge base changed; the event carries all of it.',
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
      name: 'articleId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: "The content system's id of the article.",
    },
    {
      name: 'title',
      type: 'string',
      maxLength: 1000,
      doc: "The article's title.",
    },
    {
      name: 'content',
      type: 'string',
      maxLength: 1048576,
      doc: "The article's text as HTML.",
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'Where people read the article.',
    },
    {
      name: 'summary',
      type: ['null', 'string'],
      default: null,
      maxLength: 65536,
      doc: 'The article in a few sentences.',
    },
    {
      name: 'author',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'Who wrote it.',
    },
    {
      name: 'category',
      type: ['null', 'string'],
      default: null,
      maxLength: 256,
      doc: 'The section it belongs to.',
    },
    {
      name: 'tags',
      type: {
        type: 'array',
        items: 'string',
      },
      default: [],
      maxItems: 1000,
      maxLength: 256,
      doc: 'The words it is filed under.',
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: "The article's language as a BCP 47 tag, such as de-DE.",
    },
    {
      name: 'version',
      type: ['null', 'long'],
      default: null,
      minimum: 0,
      doc: "The content system's version of the article; a higher one is newer.",
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
      doc: 'When this version was made; decides which is newer where there is no version.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  articleId: 'article-42',
  title: 'How to send something back',
  content:
    '<h1>How to send something back</h1><p>You have <strong>60 days</strong>. Print the label from your account and hand the parcel to any branch.</p><h2>When does the money arrive?</h2><p>Within three working days after we have received the parcel.</p>',
  url: 'https://help.example.com/returns',
  summary: 'Sixty days, a label from the account, the money within three working days.',
  author: 'Support',
  category: 'Orders',
  tags: ['returns', 'refund'],
  locale: 'en-GB',
  version: 2,
  updatedAt: '2026-01-12T09:00:00Z',
};
