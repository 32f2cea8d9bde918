import { redisReply } from '@switchboard/consumer';
import { type Found, type Identifier, isKind, kinds, type People, readIdentifier, scopeOf } from '@switchboard/people';
import { sendProblem } from '@switchboard/service';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Follows } from '../follows/follows.ts';
import type { Preferences } from '../preferences/preferences.ts';
import { type TenantAccess, tenantRoutes } from '../tenant-routes.ts';
import type { Buyers } from './buyers.ts';

interface Deps extends TenantAccess {
  readonly people: People;
  readonly buyers: Pick<Buyers, 'erase'>;
  readonly follows: Pick<Follows, 'erase'>;
  readonly preferences: Pick<Preferences, 'erase'>;
  readonly now: () => number;
}

interface Params {
  readonly kind: string;
  readonly value: string;
  readonly otherKind: string;
  readonly otherValue: string;
}

export const MOST_CONFLICTS = 100;

/** Shows who is who, takes an operator's decisions about links, and erases people. */
export function registerPeopleApi(
  http: FastifyInstance,
  { people, buyers, follows, preferences, apiKeys, access, now }: Deps,
): void {
  tenantRoutes(http, { apiKeys, access }, ({ route }) => {
    route('GET', '/v1/people/conflicts', async (tenant) => ({
      conflicts: (await redisReply(people.conflicts(tenant, MOST_CONFLICTS))).map(shown),
    }));

    route('GET', '/v1/people/:kind/:value', async (tenant, { params }, reply) => {
      const identifier = identifierIn(params as Params);
      if (identifier === undefined) return refuse(reply);
      const found = await redisReply(people.find(tenant, identifier));
      const isKnown = found.links.length > 0 || found.conflicts.length > 0;
      return isKnown
        ? shown(found)
        : sendProblem(reply, 'NOT_FOUND', 'No event has named this identifier with another.');
    });

    route('DELETE', '/v1/people/:kind/:value', async (tenant, { params }, reply) => {
      const identifier = identifierIn(params as Params);
      if (identifier === undefined) return refuse(reply);
      const identifiers = await redisReply(people.erase(tenant, identifier));
      // A person whom no event has linked may have preferences and orders, too.
      const all = [identifier, ...identifiers];
      await buyers.erase(tenant, all);
      const users = new Set(all.flatMap(({ kind, value }) => (kind === 'user' ? [value] : [])));
      const followed = await Promise.all(
        [...users].map(async (userId) => {
          await preferences.erase({ tenant, userId });
          return follows.erase(tenant, userId);
        }),
      );
      return { identifiers, follows: followed.flat() };
    });

    for (const [method, decision] of [['PUT', 'confirmed'] as const, ['DELETE', 'removed'] as const]) {
      route(method, '/v1/people/:kind/:value/links/:otherKind/:otherValue', async (tenant, request, reply) => {
        const params = request.params as Params;
        const one = identifierIn(params);
        const other = identifierIn({ kind: params.otherKind, value: params.otherValue });
        if (one === undefined || other === undefined) return refuse(reply);
        const scope = scopeOf(one);
        if (
          (one.kind === other.kind && one.value === other.value) ||
          (scope !== undefined && scope === scopeOf(other))
        ) {
          return sendProblem(
            reply,
            'INVALID_FIELDS',
            'A person has at most one chat user, Slack user and customer of a source.',
          );
        }
        await redisReply(people.decide(tenant, [one, other], decision, now()));
        return shown(await redisReply(people.find(tenant, one)));
      });
    }
  });
}

const identifierIn = ({ kind, value }: Pick<Params, 'kind' | 'value'>): Identifier | undefined =>
  isKind(kind) ? readIdentifier(kind, value) : undefined;

const refuse = (reply: FastifyReply): FastifyReply =>
  sendProblem(
    reply,
    'INVALID_FIELDS',
    `The kind is one of ${kinds.join(', ')}, and the value is one of that kind: a phone number begins with + and its ` +
      'country, a customer with the source and a slash.',
  );

function shown({ person, people, unassigned, links, conflicts }: Found): object {
  return {
    identifiers: person,
    links: links.map(({ between, isConfirmed, lastSeen }) => ({
      between,
      confirmed: isConfirmed,
      lastSeen: new Date(lastSeen).toISOString().slice(0, 10),
    })),
    conflicts,
    ...(conflicts.length > 0 ? { people, unassigned } : {}),
  };
}
