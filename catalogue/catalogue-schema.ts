import type { EventEntry, FieldEntry } from './event-entries.ts';

const text = { type: 'string' };
const texts = { type: 'array', items: text };

type Described<T> = { readonly [K in keyof Required<T>]: object };

const field: Described<FieldEntry> = {
  name: { ...text, description: 'With the fields that lead to it, such as `transcript[].text`.' },
  type: text,
  required: { type: 'boolean' },
  values: { ...texts, description: 'The symbols of an enum.' },
  limits: { type: 'object' },
  aliases: { ...texts, description: 'Other names that senders may use.' },
  doc: text,
};

const event: Described<EventEntry> = {
  type: text,
  doc: text,
  topic: text,
  key: { ...texts, description: 'The first of these fields that an event has is its key.' },
  subject: { ...text, description: "The schema's subject in the registry." },
  internal: { type: 'boolean', description: 'Published by Switchboard; senders cannot send it.' },
  consumers: { ...texts, description: 'The services that handle it.' },
  fields: {
    type: 'array',
    items: {
      type: 'object',
      required: Object.keys(field).filter((name) => name !== 'values'),
      properties: field,
    },
  },
  example: { type: 'object', description: 'The fields of an event, as a sender writes them.' },
};

/** The JSON of `GET /catalogue`. */
export const catalogueSchema = {
  type: 'object',
  required: ['events'],
  properties: {
    events: { type: 'array', items: { type: 'object', required: Object.keys(event), properties: event } },
  },
};
