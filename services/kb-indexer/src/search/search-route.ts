import type { FailureHint } from '@switchboard/kafka';
import { type ApiKeys, isLocal } from '@switchboard/service';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
  /** Whose keys may search; `*` is every tenant. */
  apiKeys: ApiKeys;
}

const EVERY_TENANT = '*';

/** Adds `GET /v1/search`; errors are problems as in RFC 9457. */
export function registerSearch(http: FastifyInstance, { search, tenant, apiKeys }: SearchRouteDeps): void {
  /** Programs on this machine need no key. */
  const keyHolder = ({ headers, raw }: FastifyRequest): string | undefined =>
    headers.authorization === undefined && isLocal(raw) ? EVERY_TENANT : apiKeys.tenantOf(headers.authorization);

  http.register(async (scope) => {
    scope.setErrorHandler((error: FastifyError & FailureHint, request, reply) => {
      const problem = problemOf(error);
      // The message may quote an article or the question.
      if (problem.status >= 500) request.log.error({ code: error.code, stack: stackOf(error) }, 'the search failed');
      return send(reply, problem);
    });

    scope.get<{ Querystring: Static<typeof Query> }>(
      '/v1/search',
      {
        schema: { querystring: Query },
        onRequest: async (request, reply) => {
          if (keyHolder(request) === undefined) return send(reply.header('www-authenticate', 'Bearer'), UNAUTHORIZED);
          return undefined;
        },
      },
      (request, reply) => {
        const { q, ...narrowed } = request.query;
        const holder = keyHolder(request);
        const own = holder === EVERY_TENANT ? tenant : (holder as string);
        if (holder !== EVERY_TENANT && narrowed.tenant !== undefined && narrowed.tenant !== own) {
          return send(reply, FORBIDDEN);
        }
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
        return search({ tenant: own, ...narrowed, text: q });
      },
    );
  });
}

interface Problem {
  title: string;
  status: number;
  detail: string;
}

const UNAUTHORIZED = {
  title: 'Unauthorized',
  status: 401,
  detail: 'Send an API key of your tenant as a bearer token.',
};
const FORBIDDEN = { title: 'Forbidden', status: 403, detail: 'The API key belongs to another tenant.' };

const send = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', ...problem });

function problemOf(error: FastifyError & FailureHint): Problem {
  if (error.validation !== undefined) return { title: 'The query cannot be used', status: 400, detail: error.message };
  const detail = 'Try again later.';
  return error.retry === 'when-available'
    ? { title: 'The index cannot be reached now', status: 503, detail }
    : { title: 'The search failed', status: 500, detail };
}

/** Where it was thrown, without its message. */
const stackOf = ({ stack = '', message }: Error): string => stack.replace(message, '');
