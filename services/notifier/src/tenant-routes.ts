import { type ApiKeys, answerError, createRefusalLog, sendUnauthorized } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Answers with what is returned, or with the reply that it has sent. */
type Answer = (tenant: string, request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

export interface TenantRoutes {
  route(method: 'GET' | 'PUT' | 'DELETE', url: string, answer: Answer): void;
}

/** None of these requests needs a body. */
const BODY_BYTES = 1_024;

/** Routes that answer for the tenant of the API key. */
export function tenantRoutes(http: FastifyInstance, apiKeys: ApiKeys, add: (routes: TenantRoutes) => void): void {
  const refusals = createRefusalLog(http);
  http.register(async (scope) => {
    scope.setErrorHandler(answerError);
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
