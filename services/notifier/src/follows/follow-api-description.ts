import { type ApiDescription, apiKeySecurity, jsonResponse, problemResponses } from '@switchboard/service';
import { parameter, security, userIdParameter as userId } from '../api-description.ts';
import { followKinds } from './follow-kinds.ts';

const target = [
  userId,
  parameter('kind', 'What is followed.', followKinds),
  parameter('id', 'The id of the order, product, service or incident.'),
];
const followed = jsonResponse('What the person follows now.', {
  type: 'object',
  required: ['follows'],
  properties: { follows: { type: 'array', items: { $ref: '#/components/schemas/Follow' } } },
});
const refused = problemResponses('UNAUTHORIZED', 'TOO_MANY_REQUESTS', 'INTERNAL', 'UNAVAILABLE');
const responses = { 200: followed, ...refused, ...problemResponses('INVALID_FIELDS') };

/** Describes `/v1/follows`. */
export const followsApi: ApiDescription = {
  tag: { name: 'follows', description: 'What people follow, so that they hear of it if they agreed to.' },
  paths: {
    '/v1/follows/{userId}': {
      get: {
        operationId: 'listFollows',
        summary: 'Lists what a person follows',
        parameters: [userId],
        responses: { 200: followed, ...refused },
        security,
      },
    },
    '/v1/follows/{userId}/{kind}/{id}': {
      put: {
        operationId: 'follow',
        summary: 'Follows something for a person',
        parameters: target,
        responses,
        security,
      },
      delete: { operationId: 'unfollow', summary: 'Ends following something', parameters: target, responses, security },
    },
  },
  schemas: {
    Follow: {
      type: 'object',
      required: ['kind', 'id'],
      properties: { kind: { type: 'string', enum: followKinds }, id: { type: 'string' } },
    },
  },
  securitySchemes: apiKeySecurity,
};
