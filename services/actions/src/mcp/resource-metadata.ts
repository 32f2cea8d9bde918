import type { Callers } from '@switchboard/callers';
import type { FastifyInstance } from 'fastify';

const PATH = '/.well-known/oauth-protected-resource';

/** Where clients find the metadata of the resource with this URL (RFC 9728). */
export function metadataUrlOf(resource: string): string {
  const { origin, pathname } = new URL(resource);
  return `${origin}${PATH}${pathname === '/' ? '' : pathname}`;
}

/** Adds the route that says who issues the tokens of the resource, for clients that log people in. */
export function registerResourceMetadata(
  http: FastifyInstance,
  { resource, callers }: { resource: string; callers: Pick<Callers, 'issuers'> },
): void {
  http.get(new URL(metadataUrlOf(resource)).pathname, async (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=300')
      .header('access-control-allow-origin', '*')
      .send({
        resource,
        authorization_servers: callers.issuers(),
        bearer_methods_supported: ['header'],
        resource_name: 'Switchboard',
      }),
  );
}
