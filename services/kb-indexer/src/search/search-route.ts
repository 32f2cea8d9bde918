import { createRateLimiter } from '@switchboard/async';
import {
  type ApiKeys,
  answerError,
  createRefusalLog,
  type EventLog,
  isLocal,
  noEventLog,
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
  /** Searches a second of the holder of a key. Default: unlimited. */
  perSecond?: number;
  /** Gets a line for each search, without its words. Default: none. */
  eventLog?: EventLog;
}

const EVERY_TENANT = '*';

const ROUTE = '/v1/search';

/** Adds `GET /v1/search`; errors are problems as in RFC 9457. */
export function registerSearch(http: FastifyInstance, deps: SearchRouteDeps): void {
  const { search, tenant, apiKeys, perSecond, eventLog = noEventLog } = deps;
  const rates = createRateLimiter();
  /** Programs on this machine need no key, and have no limit. */
  const isOpen = ({ headers, raw }: FastifyRequest): boolean => headers.authorization === undefined && isLocal(raw);
  const keyHolder = (request: FastifyRequest): string | undefined =>
    isOpen(request) ? EVERY_TENANT : apiKeys.tenantOf(request.headers.authorization);

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
      async (request, reply) => {
        const { q, ...narrowed } = request.query;
        const holder = keyHolder(request) as string;
        const wait =
          perSecond === undefined || isOpen(request) ? 0 : rates.take(holder, { perSecond, burst: 2 * perSecond });
        if (wait > 0) {
          const detail = `The key may search ${perSecond} times a second.`;
          return sendProblem(reply.header('retry-after', String(wait)), 'TOO_MANY_REQUESTS', detail);
        }
        const own = holder === EVERY_TENANT ? tenant : holder;
        if (holder !== EVERY_TENANT && narrowed.tenant !== undefined && narrowed.tenant !== own) {
          return sendProblem(reply, 'FORBIDDEN', 'The API key belongs to another tenant.');
        }
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
        const startedAt = performance.now();
        const result = await search({ tenant: own, ...narrowed, text: q });
        if (eventLog.takes()) {
          const ms = Math.round(performance.now() - startedAt);
          const searched = narrowed.tenant ?? own;
          eventLog.write('searched', { holder, tenant: searched, mode: result.mode, hits: result.hits.length, ms });
        }
        return result;
      },
    );
  });
}
