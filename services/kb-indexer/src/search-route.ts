import type { FastifyError, FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { createSearch } from './search.ts';

const Query = Type.Object({
  q: Type.String({ minLength: 1, description: 'words or a question' }),
  locale: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$', maxLength: 35 })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
  tenant: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});

export interface SearchRouteDeps {
  search: ReturnType<typeof createSearch>;
  /** Whose articles are searched when the request names nobody. */
  tenant: string;
}

/** Adds `GET /v1/search`; errors are problems as in RFC 9457. */
export function registerSearch(http: FastifyInstance, { search, tenant }: SearchRouteDeps): void {
  http.register(async (scope) => {
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const invalid = error.validation !== undefined;
      // What could not be answered may quote an article or the question: the log gets the stack of our code only.
      if (!invalid) request.log.error({ stack: error.stack }, 'the search failed');
      const problem = invalid
        ? { title: 'The query cannot be used', status: 400, detail: error.message }
        : { title: 'The index cannot be searched now', status: 503, detail: 'Try again later.' };
      return reply
        .code(problem.status)
        .type('application/problem+json')
        .send({ type: 'about:blank', ...problem });
    });

    scope.get<{ Querystring: Static<typeof Query> }>(
      '/v1/search',
      { schema: { querystring: Query } },
      (request, reply) => {
        const { q, ...narrowed } = request.query;
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
        return search({ tenant, ...narrowed, text: q });
      },
    );
  });
}
