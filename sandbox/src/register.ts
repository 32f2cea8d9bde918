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

/** Adds everything that is spoken to by HTTP. `closing` ends what streams. */
export function registerSandbox(http: FastifyInstance, world: World, closing: AbortSignal): void {
  for (const system of world.systems) registerSystem(http, system, world);
  registerControl(http, world);
  registerPage(http, world.board, closing);
}
