import { kinds } from '@switchboard/people';
import { type ApiDescription, apiKeySecurity, jsonResponse, problemResponses } from '@switchboard/service';
import { parameter, security } from '../api-description.ts';

const kind = parameter('kind', 'The kind of the identifier.', kinds);
const value = parameter(
  'value',
  'The identifier: an address, `+43660123456`, `shop/4711` for a customer of the source shop.',
);
const otherKind = parameter('otherKind', 'The kind of the other identifier.', kinds);
const otherValue = parameter('otherValue', 'The other identifier.');

const person = jsonResponse('The person, and what the identifier is linked with.', {
  $ref: '#/components/schemas/Person',
});
const problems = problemResponses('UNAUTHORIZED', 'TOO_MANY_REQUESTS', 'INVALID_FIELDS', 'INTERNAL', 'UNAVAILABLE');
const identifiers = { type: 'array', items: { $ref: '#/components/schemas/Identifier' } };
const EXAMPLE = [
  { kind: 'user', value: 'user-1024' },
  { kind: 'email', value: 'jane.doe@example.com' },
];

/** Describes `/v1/people`. */
export const peopleApi: ApiDescription = {
  tag: { name: 'people', description: 'Which identifiers belong to one person.' },
  paths: {
    '/v1/people/conflicts': {
      get: {
        operationId: 'listConflicts',
        summary: 'Lists identifiers that are linked with several people',
        responses: {
          200: jsonResponse('The newest 100 conflicts.', {
            type: 'object',
            required: ['conflicts'],
            properties: { conflicts: { type: 'array', items: { $ref: '#/components/schemas/Person' } } },
          }),
          ...problemResponses('UNAUTHORIZED', 'TOO_MANY_REQUESTS', 'INTERNAL', 'UNAVAILABLE'),
        },
        security,
      },
    },
    '/v1/people/{kind}/{value}': {
      get: {
        operationId: 'readPerson',
        summary: 'Returns the person of an identifier',
        parameters: [kind, value],
        responses: { 200: person, ...problems, ...problemResponses('NOT_FOUND') },
        security,
      },
      delete: {
        operationId: 'erasePerson',
        summary: 'Forgets the links, preferences and orders of a person, and what the person follows',
        description: 'Later events may link the identifiers again, and may bring new preferences.',
        parameters: [kind, value],
        responses: {
          200: jsonResponse('What was forgotten.', {
            type: 'object',
            required: ['identifiers', 'follows'],
            properties: { identifiers, follows: { type: 'array', items: { $ref: '#/components/schemas/Follow' } } },
          }),
          ...problems,
        },
        security,
      },
    },
    '/v1/people/{kind}/{value}/links/{otherKind}/{otherValue}': {
      put: {
        operationId: 'confirmLink',
        summary: 'Confirms that two identifiers are one person',
        parameters: [kind, value, otherKind, otherValue],
        responses: { 200: person, ...problems },
        security,
      },
      delete: {
        operationId: 'removeLink',
        summary: 'Removes a link for good: events do not add it again',
        parameters: [kind, value, otherKind, otherValue],
        responses: { 200: person, ...problems },
        security,
      },
    },
  },
  schemas: {
    Identifier: {
      type: 'object',
      required: ['kind', 'value'],
      properties: { kind: { type: 'string', enum: kinds }, value: { type: 'string' } },
    },
    Person: {
      type: 'object',
      required: ['identifiers', 'links', 'conflicts'],
      properties: {
        identifiers: { ...identifiers, description: 'The identifiers of the person.', examples: [EXAMPLE] },
        links: {
          type: 'array',
          description: 'All links of these identifiers and of those they are linked with; at most 50 identifiers.',
          items: {
            type: 'object',
            properties: {
              between: identifiers,
              confirmed: { type: 'boolean', description: 'Whether an operator has confirmed it.' },
              lastSeen: { type: 'string', format: 'date' },
            },
          },
        },
        conflicts: {
          type: 'array',
          description: 'Why the linked identifiers are not one person.',
          items: {
            type: 'object',
            required: ['reason'],
            properties: {
              reason: { type: 'string', enum: ['several_values', 'shared_phone', 'shared_email', 'too_many_links'] },
              identifiers,
            },
          },
        },
        people: {
          type: 'array',
          description: 'With a conflict: the people among the identifiers.',
          items: identifiers,
        },
        unassigned: { ...identifiers, description: 'With a conflict: identifiers that are used for no one.' },
      },
    },
  },
  securitySchemes: apiKeySecurity,
};
