import { hostOf, isLoopbackName } from '@switchboard/service';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { registerControl } from './control.ts';
import { registerSystem } from './http.ts';
import { registerPage } from './page.ts';
import type { World } from './world.ts';

export const serverOptions = {
  // Paths carry mail addresses and whole ids.
  routerOptions: { maxParamLength: 2_000 },
  // Pages stream, and faults keep clients waiting: nobody does so for long enough to hold up the stop.
  forceCloseConnections: true,
  requestIdHeader: false,
  // A logger for each request costs as much as the request.
  childLoggerFactory: (logger: FastifyBaseLogger) => logger,
} as const;

export interface Surroundings {
  /** Names that it may be asked by, besides those of loopback. */
  hosts: readonly string[];
  /** Ends what streams. */
  closing: AbortSignal;
}

/** Adds everything that is spoken to by HTTP. */
export function registerSandbox(http: FastifyInstance, world: World, { hosts, closing }: Surroundings): void {
  // A page in a browser can have its own name point here (DNS rebinding), and would read everything.
  http.addHook('onRequest', async (request, reply) => {
    const host = hostOf(request.raw);
    if (isLoopbackName(host) || hosts.includes(host as string)) return undefined;
    return reply.code(421).send({ error: 'Ask for localhost, or list this host in ALLOWED_HOSTS.' });
  });
  for (const system of world.systems) registerSystem(http, system, world);
  registerControl(http, world);
  registerPage(http, world, closing);
}
