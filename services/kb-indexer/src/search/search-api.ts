import { type ApiDescription, apiKeySecurity, jsonResponse, problemResponses } from '@switchboard/service';
import type { Hit } from './search.ts';
import { Query } from './search-route.ts';

const text = { type: 'string' };
const optionalText = { type: ['string', 'null'] };

const hit: { readonly [K in keyof Hit]: object } = {
  articleId: text,
  locale: optionalText,
  title: text,
  url: optionalText,
  tags: { type: 'array', items: text },
  heading: text,
  snippet: text,
  score: { type: 'number', description: '1 is the best possible score. Compares the hits of one response.' },
};

const parameters = Object.entries(Query.properties).map(([name, schema]) => ({
  name,
  in: 'query',
  required: Query.required.some((required) => required === name) && !('default' in schema),
  schema,
}));

/** Describes `GET /v1/search`. */
export const searchApi: ApiDescription = {
  tag: { name: 'search', description: 'Finds articles.' },
  paths: {
    '/v1/search': {
      get: {
        operationId: 'search',
        summary: 'Searches articles by words and, with embeddings, by meaning',
        description: 'Programs on the same machine need no key.',
        parameters,
        responses: {
          200: jsonResponse('The articles found, the best first.', { $ref: '#/components/schemas/SearchResult' }),
          ...problemResponses(
            'INVALID_REQUEST',
            'UNAUTHORIZED',
            'FORBIDDEN',
            'TOO_MANY_REQUESTS',
            'INTERNAL',
            'UNAVAILABLE',
          ),
        },
        security: [{ apiKey: [] }, {}],
      },
    },
  },
  schemas: {
    SearchResult: {
      type: 'object',
      required: ['mode', 'hits'],
      properties: {
        mode: {
          enum: ['keyword', 'hybrid'],
          description: '`keyword` if there are no embeddings or they are unavailable.',
        },
        hits: { type: 'array', items: { type: 'object', required: Object.keys(hit), properties: hit } },
      },
    },
  },
  securitySchemes: apiKeySecurity,
};
