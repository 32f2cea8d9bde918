import { authenticateRoutes, type Callers, callerOf, requireScope } from '@switchboard/callers';
import { type Access, answerError, createRefusalLog, sendProblem } from '@switchboard/service';
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Flow } from './flow/flow.ts';
import { InstanceQuery } from './instance-query.ts';
import type { Version } from './state/definitions.ts';
import type { InstanceList, ListedInstance } from './state/instance-list.ts';

export interface InstanceApiDeps {
  callers: Callers;
  /** Default: no limit, and no line in the log for a request. */
  access?: Access;
  instances: Pick<InstanceList, 'list' | 'cancel'>;
  find(version: Version): Promise<Flow>;
  cancelled(flow: string): void;
}

const ROUTE = '/v1/flows/instances';

/** Adds `GET /v1/flows/instances` and `DELETE /v1/flows/instances/:id`. */
export function registerInstanceApi(http: FastifyInstance, deps: InstanceApiDeps): void {
  const { callers, access, instances, find, cancelled } = deps;

  async function list(tenant: string, { limit, ...query }: Static<typeof InstanceQuery>) {
    // One more than asked for shows whether there are others.
    const found = await instances.list({ tenant, ...query, limit: limit + 1 });
    const listed = await Promise.all(found.slice(0, limit).map(viewOf));
    return { instances: listed, more: found.length > limit };
  }

  async function viewOf({ filled, openedAt, dueAt, endedAt, ...instance }: ListedInstance) {
    const flow = await find(instance).catch(() => undefined);
    const events = (flow?.slots ?? []).map(({ type, as }, slot) => ({ type, as, arrived: filled.includes(slot) }));
    return { ...instance, events, openedAt: isoTime(openedAt), dueAt: isoTime(dueAt), endedAt: isoTime(endedAt) };
  }

  http.register(async (scope) => {
    scope.setErrorHandler(answerError);
    authenticateRoutes(scope, { callers, refusals: createRefusalLog(http), access });
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    });

    scope.get<{ Querystring: Static<typeof InstanceQuery> }>(
      ROUTE,
      { schema: { querystring: InstanceQuery }, preHandler: requireScope('flows:read') },
      (request) => list(callerOf(request).tenant, request.query),
    );

    scope.delete<{ Params: { id: string } }>(
      `${ROUTE}/:id`,
      {
        schema: { params: Type.Object({ id: Type.String({ pattern: '^[0-9]{1,15}$' }) }) },
        preHandler: requireScope('flows:cancel'),
      },
      async (request, reply) => {
        const flow = await instances.cancel(callerOf(request).tenant, request.params.id);
        if (flow === undefined) return sendProblem(reply, 'NOT_FOUND', 'No instance with this id waits.');
        cancelled(flow);
        return reply.code(204).send();
      },
    );
  });
}

const isoTime = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
