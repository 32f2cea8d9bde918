// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'ArticleUnpublished',
  namespace: 'switchboard.content',
  doc: 'An article of the knowledge base was withdrawn.',
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
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: "The article's title.",
    },
    {
      name: 'url',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: 'Where people read the article.',
    },
    {
      name: 'reason',
      type: ['null', 'string'],
      default: null,
      maxLength: 1000,
      doc: 'Why it was withdrawn.',
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
      doc: 'When it was withdrawn; decides which is newer where there is no version.',
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  articleId: 'article-42',
  title: 'How to send something back',
  url: 'https://help.example.com/returns',
  reason: 'Replaced by the new returns page.',
  locale: 'en-GB',
  version: 3,
  updatedAt: '2026-02-01T09:00:00Z',
};
