import type { Connections } from './connection.ts';
import type { Kinds } from './kind.ts';
import { type ConnectionsOptions, openConnections } from './open-connections.ts';

/** What a service has, whose tenants can have systems of their own. */
export interface ServiceContext extends Pick<ConnectionsOptions, 'logger' | 'metrics'> {
  readonly config: { readonly CONNECTIONS_FILE?: string | undefined };
  onStop(what: string, close: () => Promise<void>): void;
}

/**
 * Opens the connections of tenants until the service stops.
 * @param defaults the connections of tenants that have none of their own, by role
 * @throws ConfigError when they cannot be used
 */
export async function openForService(
  { config, logger, metrics, onStop }: ServiceContext,
  kinds: Kinds,
  defaults: ConnectionsOptions['defaults'] = {},
): Promise<Connections> {
  const connections = await openConnections({ path: config.CONNECTIONS_FILE, kinds, defaults, logger, metrics });
  onStop('connections', connections.close);
  return connections;
}
