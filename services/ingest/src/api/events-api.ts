import { catalogue, type EventType, publicEventTypes } from '@switchboard/events';
import { type ApiDescription, apiKeySecurity, jsonResponse } from '@switchboard/service';
import { refusalResponses } from '../http/webhook-api.ts';
import { MOST_EVENTS } from './batch.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const eventOf = (type: EventType) => ({
  type: 'object',
  required: ['type', 'data'],
  properties: {
    type: { const: type },
    id: { type: 'string', maxLength: 256, description: 'A repeat of this id has no second effect.' },
    time: {
      type: ['string', 'number'],
      description: 'When it happened: ISO 8601, or seconds or milliseconds since 1970.',
    },
    data: ref(catalogue[type].recordName),
  },
});

const events = { type: 'array', items: ref('Event'), minItems: 1, maxItems: MOST_EVENTS };

const results = (description: string, ...statuses: string[]): object =>
  jsonResponse(description, ref('EventResults'), {
    results: statuses.map((status, index) => ({ id: `e-${index + 1}`, status })),
  });

/** Describes `POST /v1/events`. */
export const eventsApi: ApiDescription = {
  tag: { name: 'events', description: 'Events of clients with an API key or a token.' },
  paths: {
    '/v1/events': {
      post: {
        operationId: 'sendEvents',
        summary: 'Sends one event or a batch',
        description:
          'Each event has a result, in order. Send those that are `unavailable` again; a repeat of an id has no second ' +
          'effect. CloudEvents are also read in binary mode, with their attributes in `ce-` headers.',
        parameters: [
          {
            name: 'atomic',
            in: 'query',
            description: 'Check all events first, and send none of them if one is invalid.',
            schema: { enum: ['validate'] },
          },
        ],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                anyOf: [ref('Event'), events, { type: 'object', required: ['events'], properties: { events } }],
              },
            },
            'application/cloudevents+json': { schema: ref('Event') },
            'application/cloudevents-batch+json': { schema: events },
          },
        },
        responses: {
          ...refusalResponses([
            'json',
            'api_key',
            'address',
            'too_slow',
            'too_large',
            'content_type',
            'source_rate',
            'tenant_rate',
          ]),
          200: results('All events are in Kafka, acknowledged by all in-sync replicas.', 'accepted', 'duplicate'),
          207: results('Some events are not in Kafka. Send the `unavailable` ones again.', 'accepted', 'unavailable'),
          422: results('With `atomic=validate`: an event is invalid, and none was sent.', 'unavailable', 'invalid'),
          503: results('No event could be stored. Wait for `Retry-After`, then send them again.', 'unavailable'),
        },
        security: [{ apiKey: [] }],
      },
    },
  },
  schemas: {
    Event: { description: 'An event of the catalogue.', anyOf: publicEventTypes.map(eventOf) },
    EventResults: {
      type: 'object',
      required: ['results'],
      properties: {
        results: {
          type: 'array',
          items: {
            type: 'object',
            required: ['status'],
            properties: {
              id: { type: 'string' },
              status: { enum: ['accepted', 'duplicate', 'invalid', 'unavailable'] },
              problems: ref('Problems'),
            },
          },
        },
      },
    },
  },
  securitySchemes: apiKeySecurity,
};
