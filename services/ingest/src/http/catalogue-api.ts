import { type ApiDescription, type ApiOperation, jsonResponse } from '@switchboard/service';

const anyObject = { type: 'object' };

/** A document that everyone may read. */
const document = (operationId: string, summary: string, response: object): { get: ApiOperation } => ({
  get: {
    operationId,
    summary,
    responses: {
      200: response,
      304: { description: 'The document still has the ETag of `If-None-Match`.' },
      429: jsonResponse('Too many requests from this address.', { $ref: '#/components/schemas/Refusal' }),
    },
    security: [],
  },
});

/** Describes the routes of `registerCatalogue`. */
export const catalogueApi: ApiDescription = {
  tag: { name: 'catalogue', description: 'These documents, and the event types as a page and as JSON.' },
  paths: {
    '/openapi.json': document('openapi', 'Returns this document', jsonResponse('OpenAPI 3.1.', anyObject)),
    '/asyncapi.json': document(
      'asyncapi',
      'Describes the topics and their messages',
      jsonResponse('AsyncAPI 3.0.', anyObject),
    ),
    '/catalogue': document('catalogue', 'Lists the event types', {
      description: 'The event types: a page for `Accept: text/html`, otherwise JSON.',
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/Catalogue' } },
        'text/html': { schema: { type: 'string' } },
      },
    }),
  },
};
