import {
  type ApiKeys,
  answerError,
  createRefusalLog,
  isLocal,
  sendProblem,
  sendUnauthorized,
} from '@switchboard/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { createSearch } from './search.ts';

export const Query = Type.Object({
  q: Type.String({ minLength: 1, description: 'words or a question' }),
  locale: Type.Optional(Type.String({ pattern: '^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$', maxLength: 35 })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
  tenant: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
});

export interface SearchRouteDeps {
  search: ReturnType<typeof createSearch>;
  /** The tenant to search if the request names none. */
  tenant: string;
  /** The tenants whose keys may search; `*` is every tenant. */
  apiKeys: ApiKeys;
}

const EVERY_TENANT = '*';

const ROUTE = '/v1/search';

/** Adds `GET /v1/search`; errors are problems as in RFC 9457. */
export function registerSearch(http: FastifyInstance, { search, tenant, apiKeys }: SearchRouteDeps): void {
  /** Programs on this machine need no key. */
  const keyHolder = ({ headers, raw }: FastifyRequest): string | undefined =>
    headers.authorization === undefined && isLocal(raw) ? EVERY_TENANT : apiKeys.tenantOf(headers.authorization);

  const refusals = createRefusalLog(http);

  http.register(async (scope) => {
    scope.setErrorHandler(answerError);

    scope.get<{ Querystring: Static<typeof Query> }>(
      ROUTE,
      {
        schema: { querystring: Query },
        onRequest: async (request, reply) => {
          if (keyHolder(request) !== undefined) return undefined;
          refusals.refused({ route: ROUTE }, request.headers.authorization === undefined ? 'no_key' : 'wrong_key');
          return sendUnauthorized(reply);
        },
      },
      (request, reply) => {
        const { q, ...narrowed } = request.query;
        const holder = keyHolder(request);
        const own = holder === EVERY_TENANT ? tenant : (holder as string);
        if (holder !== EVERY_TENANT && narrowed.tenant !== undefined && narrowed.tenant !== own) {
          return sendProblem(reply, 'FORBIDDEN', 'The API key belongs to another tenant.');
        }
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
        return search({ tenant: own, ...narrowed, text: q });
      },
    );
  });
}
