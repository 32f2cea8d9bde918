import { createTarget, type Target } from '@switchboard/outbound';
import type { Logger } from '@switchboard/service';
import type { Tracer } from '@switchboard/tracing';
import type { Registry } from 'prom-client';
import type { Action } from '../registry/action.ts';

interface Backend {
  readonly target: Target;
  readonly connection: string;
}

export interface Backends {
  of(action: Action): Target;
  /** Closes those of actions that are gone or changed, once their requests have ended. */
  keepOnly(actions: ReadonlyMap<string, Action>): void;
  /** @throws while the breaker of an action is open */
  check(): void;
  close(): Promise<void>;
}

/**
 * Each action has its own connections, semaphore and breaker: a slow one leaves the others alone, also on the same
 * backend. They outlive a reload that does not change where the action leads.
 */
export function createBackends(options: { logger: Logger; metrics: Registry; tracer?: Tracer }): Backends {
  const backends = new Map<string, Backend>();
  const leaving = new Set<Target>();

  function retire(name: string): void {
    const backend = backends.get(name);
    backends.delete(name);
    if (backend === undefined) return;
    leaving.add(backend.target);
    setTimeout(() => {
      leaving.delete(backend.target);
      void backend.target.close();
    }, LEAVING_MS).unref();
  }

  return {
    of({ name, connection }) {
      const wanted = JSON.stringify(connection);
      const known = backends.get(name);
      if (known?.connection === wanted) return known.target;
      retire(name);
      const target = createTarget({ name, ...connection, ...options });
      backends.set(name, { target, connection: wanted });
      return target;
    },
    keepOnly(actions) {
      for (const name of backends.keys()) if (!actions.has(name)) retire(name);
    },
    check() {
      for (const { target } of backends.values()) target.check();
    },
    async close() {
      const open = [...leaving, ...[...backends.values()].map(({ target }) => target)];
      await Promise.all(open.map((target) => target.close()));
    },
  };
}

/** Longer than the longest time-out of a request. */
const LEAVING_MS = 130_000;
