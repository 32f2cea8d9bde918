import { sendProblem } from '@switchboard/service';
import type { FastifyInstance } from 'fastify';
import { type TenantAccess, tenantRoutes } from '../tenant-routes.ts';
import { followKinds, isFollowKind, readTargetId } from './follow-kinds.ts';
import type { Follows } from './follows.ts';

interface Deps extends TenantAccess {
  readonly follows: Follows;
  readonly now: () => number;
}

/** What the chat users of the key's tenant follow. */
export function registerFollowApi(http: FastifyInstance, { follows, apiKeys, access, now }: Deps): void {
  tenantRoutes(http, { apiKeys, access }, ({ route }) => {
    route('GET', '/v1/follows/:userId', async (tenant, { params }) => {
      return { follows: await follows.of(tenant, (params as { userId: string }).userId) };
    });
    for (const method of ['PUT', 'DELETE'] as const) {
      route(method, '/v1/follows/:userId/:kind/:id', async (tenant, { params }, reply) => {
        const { userId, kind, id } = params as { userId: string; kind: string; id: string };
        const target = readTargetId(id);
        if (!isFollowKind(kind) || target === undefined || readTargetId(userId) !== userId) {
          return sendProblem(
            reply,
            'INVALID_FIELDS',
            `The kind is one of ${followKinds.join(', ')}; ids have 1 to 256 characters.`,
          );
        }
        const isKept = await follows.set(tenant, userId, { kind, id: target }, method === 'PUT', now());
        if (!isKept)
          return sendProblem(reply, 'INVALID_FIELDS', 'The person follows too much, or too many follow this.');
        return { follows: await follows.of(tenant, userId) };
      });
    }
  });
}
