import {
  type Access,
  type ApiKeys,
  answerError,
  createRefusalLog,
  type HolderOf,
  sendUnauthorized,
  watchAccess,
} from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Answers with what is returned, or with the reply that it has sent. */
type Answer = (tenant: string, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

export interface TenantRoutes {
  route(method: 'GET' | 'PUT' | 'DELETE', url: string, answer: Answer): void;
}

/** None of these requests needs a body. */
const BODY_BYTES = 1_024;

export interface TenantAccess {
  readonly apiKeys: ApiKeys;
  /** Default: no limit, and no line in the log for a request. */
  readonly access?: Access | undefined;
}

/** The tenant whose key a request has. */
export const holderBy =
  (apiKeys: ApiKeys): HolderOf =>
  ({ headers }) => {
    const tenant = apiKeys.tenantOf(headers.authorization);
    return tenant === undefined ? undefined : { tenant };
  };

/** Routes that answer for the tenant of the API key. */
export function tenantRoutes(
  http: FastifyInstance,
  { apiKeys, access }: TenantAccess,
  add: (routes: TenantRoutes) => void,
): void {
  const refusals = createRefusalLog(http);
  http.register(async (scope) => {
    scope.setErrorHandler(answerError);
    if (access !== undefined) watchAccess(scope, access, holderBy(apiKeys));
    add({
      route(method, url, answer) {
        scope.route({
          method,
          url,
          bodyLimit: BODY_BYTES,
          async handler(request, reply) {
            const { authorization } = request.headers;
            const tenant = apiKeys.tenantOf(authorization);
            if (tenant !== undefined) return answer(tenant, request, reply.header('cache-control', 'no-store'));
            refusals.refused({ route: url }, authorization === undefined ? 'no_key' : 'wrong_key');
            return sendUnauthorized(reply);
          },
        });
      },
    });
  });
}
