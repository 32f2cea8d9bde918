import type { FailureHint } from '@switchboard/kafka';
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
    scope.setErrorHandler((error: FastifyError & FailureHint, request, reply) => {
      const problem = problemOf(error);
      // The message may quote an article or the question.
      if (problem.status >= 500) request.log.error({ code: error.code, stack: stackOf(error) }, 'the search failed');
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

function problemOf(error: FastifyError & FailureHint): { title: string; status: number; detail: string } {
  if (error.validation !== undefined) return { title: 'The query cannot be used', status: 400, detail: error.message };
  const detail = 'Try again later.';
  return error.retry === 'when-available'
    ? { title: 'The index cannot be reached now', status: 503, detail }
    : { title: 'The search failed', status: 500, detail };
}

/** Where it was thrown, without its message. */
const stackOf = ({ stack = '', message }: Error): string => stack.replace(message, '');
