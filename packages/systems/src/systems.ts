import type { Connection, Connections, Role } from './connection.ts';

/** The open system of a connection. */
export interface System<S> {
  readonly connection: Connection;
  readonly system: S;
}

/** The open systems of a role. */
export interface Systems<S> {
  /** Those of the tenant, in the order of its file. Ask again for each event: a system that nobody asks for is closed. */
  of(tenant: string): readonly System<S>[];
  /** Those that are open now. */
  opened(): Iterable<System<S>>;
  close(): Promise<void>;
}

export interface SystemsOptions<S> {
  readonly connections: Pick<Connections, 'of' | 'has' | 'all'>;
  readonly role: Role;
  /** Opens the system of a connection when the first event needs it; that of all tenants at once, and for good. */
  open(connection: Connection): S;
  /** How long a handler may use a system after it has asked for it, default 10 minutes. */
  readonly useMs?: number;
  /** How long a system stays open that no event needs, default 10 minutes; no shorter than `useMs`. */
  readonly idleMs?: number;
  readonly now?: () => number;
}

interface Open<S> extends System<S> {
  usedAt: number;
}

const MINUTES_MS = 60_000;
const SWEEP_MS = 10_000;

/**
 * Opens the systems of tenants as events need them. A changed connection is opened anew, and the system of the earlier
 * one is closed when no handler can still use it.
 */
export function createSystems<S extends { close(): Promise<void> }>(options: SystemsOptions<S>): Systems<S> {
  const { connections, role, open, useMs = 10 * MINUTES_MS, now = Date.now } = options;
  const idleMs = Math.max(useMs, options.idleMs ?? 10 * MINUTES_MS);
  const systems = new Map<Connection, Open<S>>();

  function use(connection: Connection): Open<S> {
    const known = systems.get(connection);
    const system = known ?? { connection, system: open(connection), usedAt: 0 };
    if (known === undefined) systems.set(connection, system);
    system.usedAt = now();
    return system;
  }

  async function sweep(): Promise<void> {
    const time = now();
    const unused = [...systems.values()].filter(({ connection, usedAt }) => {
      if (!connections.has(connection)) return time - usedAt > useMs;
      return connection.tenant !== undefined && time - usedAt > idleMs;
    });
    for (const { connection } of unused) systems.delete(connection);
    await Promise.allSettled(unused.map(({ system }) => system.close()));
  }

  // A mistake in the connection of all tenants fails the start.
  for (const connection of connections.all()) {
    if (connection.role === role && connection.tenant === undefined) use(connection);
  }
  const timer = setInterval(() => void sweep(), Math.min(SWEEP_MS, useMs));
  timer.unref();

  return {
    of: (tenant) => connections.of(tenant, role).map(use),
    opened: () => systems.values(),
    async close() {
      clearInterval(timer);
      const all = [...systems.values()];
      systems.clear();
      await Promise.allSettled(all.map(({ system }) => system.close()));
    },
  };
}
