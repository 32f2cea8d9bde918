import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFlags } from '@switchboard/deploy/services';
import { freePort, type Stack } from '@switchboard/stack';
import type { BenchContext } from '../comparison.ts';

export const SECRET = 'local-secret';

const root = join(import.meta.dirname, '../..');
const drop = join(import.meta.dirname, 'drop.ts');
const bare = join(import.meta.dirname, 'bare.ts');
const sources = { SOURCES_FILE: join(import.meta.dirname, 'sources.yaml'), LOCAL_SECRET: SECRET };

/** The name of each client's ingest in the table; the first is the default one. */
export const clients = ['platformatic', 'kafkajs'] as const;
/** `bare` is Fastify that verifies, parses and drops; `drop` is ingest's app without its dependencies. */
export const references = ['bare', 'drop'] as const;
export type ServerName = (typeof clients)[number] | (typeof references)[number];
/** The servers' ports by name. */
export type Servers = Readonly<Record<ServerName, number>>;

/** Ingest as deployed, once per client library, and the references, each in a separate process. */
export async function startServers(stack: Stack, context: BenchContext): Promise<Servers> {
  const names = [...references, ...clients];
  const ports = await Promise.all(names.map(async (name) => [name, await startServer(name, stack, context)] as const));
  return Object.fromEntries(ports) as Servers;
}

export function startServer(name: ServerName, stack: Stack, context: BenchContext): Promise<number> {
  if (name === 'bare') return startBare(context);
  if (name === 'drop') return run(drop, sources, context);
  return startIngest(stack, { KAFKA_CLIENT: name }, context);
}

export const startBare = (context: BenchContext): Promise<number> => run(bare, sources, context);

/** Starts a server with these variables in addition to the environment; returns its port. */
export function startIngest(
  stack: Stack,
  variables: Record<string, string>,
  context: BenchContext,
  tree = root,
): Promise<number> {
  const addresses = {
    KAFKA_BROKERS: stack.brokers,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    REDIS_URL: stack.redisUrl,
  };
  return run(join(tree, 'services/ingest/src/main.ts'), { ...sources, ...addresses, ...variables }, context);
}

async function run(file: string, variables: Record<string, string>, context: BenchContext): Promise<number> {
  const port = await freePort();
  // A line for each event, as deployed.
  await mkdir(context.directory, { recursive: true });
  const log = await open(join(context.directory, `server-${port}.log`), 'w');
  context.resources.defer(() => log.close());
  const child = spawn(process.execPath, [...nodeFlags, ...context.profiling, file], {
    env: { ...variables, PORT: String(port), LOG_LEVEL: 'info' },
    stdio: ['ignore', log.fd, 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  context.resources.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  while (!(await isReady(port))) {
    if (child.exitCode !== null)
      throw new Error(`${file} exited during startup; ${join(context.directory, `server-${port}.log`)} says why`);
    await sleep(50);
  }
  return port;
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}
