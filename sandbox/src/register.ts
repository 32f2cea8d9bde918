import type { FastifyInstance } from 'fastify';
import { registerControl } from './control.ts';
import { registerSystem } from './http.ts';
import { registerPage } from './page.ts';
import type { World } from './world.ts';

/** Paths carry mail addresses and whole ids. */
export const serverOptions = { routerOptions: { maxParamLength: 2_000 } } as const;

/** Adds everything that is spoken to by HTTP. `closing` ends what waits or streams. */
export function registerSandbox(http: FastifyInstance, world: World, closing: AbortSignal): void {
  for (const system of world.systems) registerSystem(http, system, { ...world, closing });
  registerControl(http, world);
  registerPage(http, world.board, closing);
}
