import { type ApiDescription, jsonResponse, problemResponses } from '@switchboard/service';
import { MOST_VARIABLES, VALUE_BYTES } from './change-row.ts';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const version = { type: 'integer', description: 'Grows with each change.' };

const context = { $ref: '#/components/schemas/Context' };
const security = [{ apiKey: [] }];
const always = ['UNAUTHORIZED', 'FORBIDDEN', 'TOO_MANY_REQUESTS', 'INTERNAL', 'UNAVAILABLE'] as const;

const parameter = (what: string) => ({
  name: 'id',
  in: 'path',
  required: true,
  description: `The platform's id of the ${what}.`,
  schema: text,
});
const header = (name: string, description: string) => ({ name, in: 'header', description, schema: text });

const erasure = {
  type: 'object',
  required: ['id', 'erasedAt', 'variables', 'conversations'],
  properties: {
    id: text,
    erasedAt: { ...time, description: 'Events until this time have no effect any more.' },
    variables: { type: 'array', items: text, description: 'The names of the erased variables.' },
    conversations: {
      type: 'integer',
      description: "How many conversations lost variables that the user's events had set.",
    },
    instances: { type: 'integer', description: 'How many waiting or ended flows had kept events with the id.' },
  },
};

const stream = {
  description:
    'Server-sent events. `state` has the whole context; `change` has the new values in `variables`, and the names of ' +
    'removed ones in `removed`. The id of an event is the version.',
  content: { 'text/event-stream': { schema: text } },
};

const pathsOf = (path: string, what: string, name: string): ApiDescription['paths'] => ({
  [`${path}/{id}`]: {
    get: {
      operationId: `read${name}Context`,
      summary: `Returns what is known about a ${what}`,
      parameters: [parameter(what), header('If-None-Match', 'The `ETag` of an earlier response.')],
      responses: {
        200: jsonResponse('The variables, with the event that gave each one its value.', context),
        304: { description: 'Nothing has changed.' },
        ...problemResponses('NOT_FOUND', ...always),
      },
      security,
    },
    delete: {
      operationId: `erase${name}Context`,
      summary: `Erases what is known about a ${what}`,
      description: 'Older events that arrive later do not bring it back. Needs the scope `context:erase`.',
      parameters: [parameter(what)],
      responses: {
        200: jsonResponse('What was erased, also if nothing was known.', erasure),
        ...problemResponses('NOT_FOUND', ...always),
      },
      security,
    },
  },
  [`${path}/{id}/events`]: {
    get: {
      operationId: `follow${name}Context`,
      summary: `Follows what is known about a ${what}`,
      parameters: [parameter(what), header('Last-Event-ID', 'The version that the caller has.')],
      responses: { 200: stream, ...problemResponses('NOT_FOUND', ...always) },
      security,
    },
  },
});

/** Describes the routes of the Context API. */
export const contextApi: ApiDescription = {
  tag: { name: 'context', description: 'What is known about users and conversations. Needs the scope `context:read`.' },
  paths: {
    ...pathsOf('/v1/context/users', 'user', 'User'),
    ...pathsOf('/v1/context/conversations', 'conversation', 'Conversation'),
  },
  schemas: {
    Context: {
      type: 'object',
      required: ['id', 'version', 'updatedAt', 'variables'],
      properties: {
        id: text,
        version,
        updatedAt: { ...time, description: 'When it changed last.' },
        variables: {
          type: 'object',
          description: `By name; at most ${MOST_VARIABLES}, each with at most ${VALUE_BYTES} bytes of JSON.`,
          additionalProperties: {
            type: 'object',
            required: ['value', 'updatedAt', 'eventId', 'version'],
            properties: {
              value: { description: 'Any JSON value.' },
              updatedAt: { ...time, description: 'The time of the event that gave the value.' },
              eventId: text,
              version,
              expiresAt: time,
            },
          },
        },
      },
    },
  },
  securitySchemes: {},
};
