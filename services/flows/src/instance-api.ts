import type { Caller } from '@switchboard/callers';
import { answerError, sendProblem } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import type { Flow } from './flow/flow.ts';
import type { Version } from './state/definitions.ts';
import type { InstanceList, ListedInstance } from './state/instance-list.ts';

export const InstanceQuery = Type.Object({
  flow: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
  state: Type.Enum(['waiting', 'completed', 'timed_out', 'cancelled'], { default: 'waiting' }),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'how many are listed' }),
});

export interface InstanceApiDeps {
  instances: Pick<InstanceList, 'list' | 'cancel'>;
  /** Answers the request itself when its caller may not do this. */
  callerOf(request: FastifyRequest, reply: FastifyReply, scope: string): Promise<Caller | undefined>;
  find(version: Version): Promise<Flow>;
  cancelled(): void;
}

const ROUTE = '/v1/flows/instances';

/** Adds `GET /v1/flows/instances` and `DELETE /v1/flows/instances/:id`. */
export function registerInstanceApi(http: FastifyInstance, deps: InstanceApiDeps): void {
  const { instances, callerOf, find, cancelled } = deps;

  /** One more than asked for shows whether there are others. */
  async function list(tenant: string, { limit, ...query }: Static<typeof InstanceQuery>) {
    const found = await instances.list({ tenant, ...query, limit: limit + 1 });
    const listed = await Promise.all(found.slice(0, limit).map(viewOf));
    return { instances: listed, more: found.length > limit };
  }

  async function viewOf({ filled, openedAt, dueAt, endedAt, ...instance }: ListedInstance) {
    const flow = await find(instance).catch(() => undefined);
    const named = (flow?.slots ?? []).map(({ type, as }, slot) => ({ type, as, arrived: filled.includes(slot) }));
    const time = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
    return { ...instance, events: named, openedAt: time(openedAt), dueAt: time(dueAt), endedAt: time(endedAt) };
  }

  http.register(async (scope) => {
    scope.setErrorHandler(answerError);

    scope.get<{ Querystring: Static<typeof InstanceQuery> }>(
      ROUTE,
      { schema: { querystring: InstanceQuery } },
      async (request, reply) => {
        const caller = await callerOf(request, reply, 'flows:read');
        if (caller === undefined) return reply;
        reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
        return list(caller.tenant, request.query);
      },
    );

    scope.delete<{ Params: { id: string } }>(
      `${ROUTE}/:id`,
      { schema: { params: Type.Object({ id: Type.String({ pattern: '^[0-9]{1,18}$' }) }) } },
      async (request, reply) => {
        const caller = await callerOf(request, reply, 'flows:cancel');
        if (caller === undefined) return reply;
        const isCancelled = await instances.cancel(caller.tenant, request.params.id);
        if (!isCancelled) return sendProblem(reply, 'NOT_FOUND', 'No instance with this id waits.');
        cancelled();
        return reply.code(204).send();
      },
    );
  });
}
