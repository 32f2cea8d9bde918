import { type Environment, type Logger, openLiveFiles, environment as processEnvironment } from '@switchboard/service';
import { Gauge, type Registry } from 'prom-client';
import Type from 'typebox';
import { type Connection, type Connections, EVERY_TENANT, type Role } from './connection.ts';
import type { Kinds } from './kind.ts';
import { type Reading, readConnections } from './read-connections.ts';

/** The variable of every service that has tenants' connections. */
export const connectionsConfig = Type.Object({
  CONNECTIONS_FILE: Type.Optional(
    Type.String({
      minLength: 1,
      description: "the file, or the folder of files, of the tenants' own outside systems; see docs/connections.md",
    }),
  ),
});

export interface ConnectionsOptions {
  /** A YAML file, or a folder of such files. Undefined: tenants have no connections of their own. */
  readonly path: string | undefined;
  /** The kinds that the service knows. Their roles are the ones that it reads, and reads secrets for. */
  readonly kinds: Kinds;
  /** The connections of tenants that have none of their own, by role. */
  readonly defaults?: Readonly<Partial<Record<Role, Connection>>>;
  readonly environment?: Environment;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly pollMs?: number;
}

type Index = ReadonlyMap<string, Readonly<Partial<Record<Role, readonly Connection[]>>>>;

/**
 * Reads the connections of tenants, and follows their files and secrets as they change. Files that cannot be used leave
 * the earlier connections in force.
 * @throws ConfigError when they cannot be used at the start
 */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  const { path, kinds, environment = processEnvironment, logger, metrics, pollMs } = options;
  const defaults = Object.fromEntries(
    Object.entries(options.defaults ?? {}).map(([role, connection]) => [role, [connection]]),
  ) as Readonly<Partial<Record<Role, readonly Connection[]>>>;
  const shared = Object.values(defaults).flat();
  const loaded = new Gauge({
    name: 'connections_loaded',
    help: "The tenants' own connections in force, by role and kind",
    labelNames: ['role', 'kind'],
    registers: [metrics],
  });
  let files: Reading['files'] = new Map();
  let inForce: ReadonlyMap<string, Connection> = new Map();

  async function read(follow: (path: string) => Promise<void>): Promise<Index> {
    if (path === undefined) return new Map();
    const reading = await readConnections({ path, kinds, environment, follow, known: files });
    files = reading.files;
    const kept = new Map<string, Connection>();
    const index = new Map(
      [...reading.tenants].map(([tenant, read]) => {
        const byRole: Partial<Record<Role, Connection[]>> = {};
        for (const one of read) {
          const held = byRole[one.role] ?? [];
          byRole[one.role] = held;
          if (!('name' in one)) continue;
          const before = inForce.get(one.name);
          // The same object as before, so that its open system goes on.
          const connection = before !== undefined && isSame(before, one) ? before : one;
          kept.set(one.name, connection);
          held.push(connection);
        }
        return [tenant, byRole] as const;
      }),
    );
    inForce = kept;
    loaded.reset();
    for (const { role, kind } of kept.values()) loaded.inc({ role, kind });
    return index;
  }

  const live = await openLiveFiles<Index>({
    what: 'connections',
    failed: {
      name: 'connections_reload_failed',
      help: '1 while the connections cannot be used and the earlier ones stay in force',
    },
    read,
    describe: ({ size }) => ({ tenants: size, connections: inForce.size }),
    logger,
    metrics,
    ...(pollMs !== undefined && { pollMs }),
  });

  return {
    of(tenant, role) {
      const tenants = live.current();
      return tenants.get(tenant)?.[role] ?? tenants.get(EVERY_TENANT)?.[role] ?? defaults[role] ?? NONE;
    },
    has: (connection) => inForce.get(connection.name) === connection || shared.includes(connection),
    *all() {
      yield* shared;
      yield* inForce.values();
    },
    reload: live.reload,
    close: live.close,
  };
}

const NONE: readonly Connection[] = [];

/** Both were made by the same code, so their properties come in the same order. */
const isSame = (one: Connection, other: Connection): boolean => JSON.stringify(one) === JSON.stringify(other);
