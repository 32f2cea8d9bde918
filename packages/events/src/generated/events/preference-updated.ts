// Generated from schemas/ by `npm run generate`. Do not edit.

import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = {
  type: 'record',
  name: 'PreferenceUpdated',
  namespace: 'switchboard.people',
  doc: 'A person changed what they want to be told, and how; what is absent stays as it was.',
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
      name: 'userId',
      type: 'string',
      minLength: 1,
      maxLength: 256,
      doc: 'The person, by the id the chatbot knows them by.',
    },
    {
      name: 'channels',
      type: [
        'null',
        {
          type: 'record',
          name: 'Channels',
          namespace: 'switchboard.people',
          doc: 'Which channels a person agreed to; what is absent stays as it was.',
          fields: [
            {
              name: 'chat',
              type: ['null', 'boolean'],
              default: null,
              doc: 'Messages of the chatbot.',
            },
            {
              name: 'email',
              type: ['null', 'boolean'],
              default: null,
              doc: 'E-mail.',
            },
            {
              name: 'slack',
              type: ['null', 'boolean'],
              default: null,
              doc: 'Slack.',
            },
            {
              name: 'webhook',
              type: ['null', 'boolean'],
              default: null,
              doc: "Calls to the person's own webhook.",
            },
          ],
        },
      ],
      default: null,
      doc: 'Which channels the person agreed to.',
    },
    {
      name: 'topics',
      type: [
        'null',
        {
          type: 'map',
          values: 'boolean',
        },
      ],
      default: null,
      maxEntries: 256,
      maxLength: 100,
      doc: 'Which event types the person wants to hear of, such as order.shipped.',
    },
    {
      name: 'quietHours',
      type: [
        'null',
        {
          type: 'record',
          name: 'QuietHours',
          namespace: 'switchboard.people',
          doc: "The hours in which a person wants no messages, in the person's time zone; an end before the start lies on the next day.",
          fields: [
            {
              name: 'enabled',
              type: 'boolean',
              default: true,
              doc: 'Whether there are any; false ends them.',
            },
            {
              name: 'start',
              type: ['null', 'string'],
              default: null,
              pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
              maxLength: 5,
              doc: 'The first quiet minute, as HH:MM.',
            },
            {
              name: 'end',
              type: ['null', 'string'],
              default: null,
              pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
              maxLength: 5,
              doc: 'The first minute that is not quiet any more, as HH:MM.',
            },
          ],
        },
      ],
      default: null,
      doc: 'When the person wants no messages.',
    },
    {
      name: 'timezone',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: "The person's time zone by its IANA name, such as Europe/Berlin.",
    },
    {
      name: 'locale',
      type: ['null', 'string'],
      default: null,
      maxLength: 35,
      doc: "The person's language as a BCP 47 tag, such as de-DE.",
    },
    {
      name: 'digest',
      type: [
        'null',
        {
          type: 'enum',
          name: 'DigestFrequency',
          namespace: 'switchboard.people',
          doc: 'How often messages are gathered into one.',
          symbols: ['none', 'hourly', 'daily', 'weekly'],
          default: 'none',
        },
      ],
      default: null,
      doc: 'Whether messages come one by one or gathered.',
    },
    {
      name: 'email',
      type: ['null', 'string'],
      default: null,
      maxLength: 320,
      doc: 'Where e-mail goes.',
    },
    {
      name: 'slackUserId',
      type: ['null', 'string'],
      default: null,
      maxLength: 64,
      doc: 'Whom Slack messages go to.',
    },
    {
      name: 'webhookUrl',
      type: ['null', 'string'],
      default: null,
      maxLength: 2048,
      doc: "The person's own webhook.",
    },
  ],
};

export const example: Readonly<Record<string, unknown>> = {
  userId: 'user-1024',
  channels: {
    chat: true,
    email: true,
    slack: false,
  },
  topics: {
    'order.shipped': true,
    'incident.opened': false,
  },
  quietHours: {
    start: '22:00',
    end: '07:00',
  },
  timezone: 'Europe/Stockholm',
  locale: 'en-GB',
  digest: 'daily',
  email: 'jane.doe@example.com',
};
