import { type ApiDescription, jsonResponse, problemResponses } from '@switchboard/service';
import { InstanceQuery } from './instance-query.ts';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const security = [{ apiKey: [] }];

const query = (name: keyof typeof InstanceQuery.properties, description: string) => ({
  name,
  in: 'query',
  description,
  schema: { ...InstanceQuery.properties[name] },
});

const instance = {
  type: 'object',
  required: ['id', 'flow', 'version', 'key', 'round', 'state', 'events', 'openedAt', 'dueAt', 'endedAt'],
  properties: {
    id: text,
    flow: text,
    version: { type: 'integer' },
    key: { ...text, description: 'What its events have in common.' },
    round: { type: 'integer', description: 'Counts the instances of a key.' },
    state: { enum: ['waiting', 'completed', 'timed_out', 'cancelled'] },
    events: {
      type: 'array',
      description: 'What it waits for; empty if its definition is gone.',
      items: {
        type: 'object',
        required: ['type', 'as', 'arrived'],
        properties: { type: text, as: text, arrived: { type: 'boolean' } },
      },
    },
    openedAt: time,
    dueAt: { ...time, type: ['string', 'null'], description: 'When its time is over.' },
    endedAt: { ...time, type: ['string', 'null'] },
  },
};

/** Describes the routes of what waits. */
export const instanceApi: ApiDescription = {
  tag: { name: 'flows', description: 'What flows wait for.' },
  paths: {
    '/v1/flows/instances': {
      get: {
        operationId: 'listInstances',
        summary: 'Lists the instances of flows, the oldest first',
        description: 'Needs the scope `flows:read`.',
        parameters: [
          query('flow', 'Of this flow.'),
          query('key', 'With this key.'),
          query('state', 'In this state.'),
          query('limit', 'At most so many.'),
        ],
        responses: {
          200: jsonResponse('The instances of the tenant.', {
            type: 'object',
            required: ['instances', 'more'],
            properties: {
              instances: { type: 'array', items: { $ref: '#/components/schemas/FlowInstance' } },
              more: { type: 'boolean', description: 'Whether there are others.' },
            },
          }),
          ...problemResponses(
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'FORBIDDEN',
            'TOO_MANY_REQUESTS',
            'INTERNAL',
            'UNAVAILABLE',
          ),
        },
        security,
      },
    },
    '/v1/flows/instances/{id}': {
      delete: {
        operationId: 'cancelInstance',
        summary: 'Cancels an instance that waits',
        description: 'Neither `then` nor `otherwise` follows. Needs the scope `flows:cancel`.',
        parameters: [{ name: 'id', in: 'path', required: true, description: 'The `id` of the list.', schema: text }],
        responses: {
          204: { description: 'It no longer waits.' },
          ...problemResponses(
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'FORBIDDEN',
            'TOO_MANY_REQUESTS',
            'NOT_FOUND',
            'INTERNAL',
            'UNAVAILABLE',
          ),
        },
        security,
      },
    },
  },
  schemas: { FlowInstance: instance },
  securitySchemes: {},
};
