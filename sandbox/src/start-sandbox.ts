import Fastify from 'fastify';
import type { ServicesOptions } from './bot/services.ts';
import { credentials } from './credentials.ts';
import type { Effect, SystemName } from './effect.ts';
import { type FaultOptions, faultMistake } from './fault.ts';
import { registerSandbox, serverOptions } from './register.ts';
import { startSmtp } from './systems/smtp.ts';
import { createWorld, type WorldOptions } from './world.ts';

export interface SandboxOptions extends WorldOptions {
  host?: string;
  /** Default: a free port. */
  port?: number;
  smtpPort?: number;
  /** The JSON Web Key Set of the Bot Framework. */
  botFrameworkKeys?: string;
  /** The services that the bot of the chat page calls; default none. */
  services?: Partial<Omit<ServicesOptions, 'secret' | 'contextKey'>>;
}

export interface Sandbox extends AsyncDisposable {
  /** Base URL without a trailing slash. Each system is at `<url>/<name>`. */
  readonly url: string;
  readonly smtpPort: number;
  /** The received requests, oldest first. */
  effects(system?: SystemName): Effect[];
  /** Sets a fault. @throws RangeError that says what is wrong with it */
  fault(system: SystemName, fault: FaultOptions): void;
  /** Clears all faults, requests and records. */
  reset(): void;
  close(): Promise<void>;
}

/** Nothing listens on port 9, so tests call none of the services that run on this machine. */
const NOWHERE = 'http://127.0.0.1:9';
const NO_SERVICES: ServicesOptions = {
  actionsUrl: NOWHERE,
  contextUrl: NOWHERE,
  ingestUrl: NOWHERE,
  secret: credentials.bot.secret,
  contextKey: credentials.context.apiKey,
};

/** Starts stand-ins for all outside systems in this process. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, smtpPort = 0 } = options;
  const world = createWorld(options);
  const closing = new AbortController();
  const http = Fastify(serverOptions);
  registerSandbox(http, world, {
    hosts: [host],
    closing: closing.signal,
    botFrameworkKeys: options.botFrameworkKeys,
    services: { ...NO_SERVICES, ...options.services },
  });
  await http.listen({ host, port });
  const smtp = await startSmtp({ host, port: smtpPort }, world).catch(async (error) => {
    await http.close();
    throw error;
  });

  async function close(): Promise<void> {
    if (closing.signal.aborted) return;
    closing.abort();
    await Promise.all([http.close(), smtp.close()]);
  }

  return {
    url: http.listeningOrigin,
    smtpPort: smtp.port,
    effects: (system) => world.journal.list(system === undefined ? {} : { system }),
    fault(system, fault) {
      const mistake = faultMistake({ system, ...fault });
      if (mistake !== undefined) throw new RangeError(mistake);
      world.fault({ system, ...fault });
    },
    reset() {
      world.faults.clear();
      world.forget();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
