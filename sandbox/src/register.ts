import { hostOf, isLoopbackName } from '@switchboard/service';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createServices, type ServicesOptions } from './bot/services.ts';
import { registerChat } from './chat/register-chat.ts';
import { registerControl } from './control.ts';
import { registerSystem } from './http.ts';
import { registerOpenId } from './openid.ts';
import { registerPage } from './page.ts';
import type { World } from './world.ts';

export const serverOptions = {
  // Paths contain e-mail addresses and long ids.
  routerOptions: { maxParamLength: 2_000 },
  // Open streams and delayed answers must not hold up the shutdown.
  forceCloseConnections: true,
  requestIdHeader: false,
  // A child logger for each request costs as much as the request.
  childLoggerFactory: (logger: FastifyBaseLogger) => logger,
} as const;

export interface Surroundings {
  /** Allowed host names, in addition to loopback names. */
  hosts: readonly string[];
  /** Ends open streams. */
  closing: AbortSignal;
  /** The JSON Web Key Set of the Bot Framework. */
  botFrameworkKeys?: string | undefined;
  /** The services that the bot of the chat page calls. */
  services: ServicesOptions;
}

/** Adds all HTTP routes: the systems, the control API and the page. */
export function registerSandbox(
  http: FastifyInstance,
  world: World,
  { hosts, closing, botFrameworkKeys, services }: Surroundings,
): void {
  // Prevents DNS rebinding: a web page whose host name resolves to this machine could read everything.
  http.addHook('onRequest', async (request, reply) => {
    const host = hostOf(request.raw);
    if (isLoopbackName(host) || hosts.includes(host as string)) return undefined;
    return reply
      .code(421)
      .send({ error: 'This host name is not allowed. Use localhost, or add the name to ALLOWED_HOSTS.' });
  });
  for (const system of world.systems) registerSystem(http, system, world);
  registerControl(http, world);
  registerOpenId(http, botFrameworkKeys);
  registerPage(http, world, closing);
  registerChat(http, world.conversations, { services: createServices(services), closing });
}
