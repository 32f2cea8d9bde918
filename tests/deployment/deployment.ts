import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, createBundle } from '@switchboard/deploy/create-bundle';
import { follow, type Program } from '@switchboard/deploy/fixtures/program';
import { arenas, programs, sandbox, services } from '@switchboard/deploy/services';
import { freePort, type Stack } from '@switchboard/stack';
import { until } from '@switchboard/stack/until';
import { outsideSystems } from '@switchboard/start/outside-systems';

export interface Running {
  readonly program: Program;
  readonly url: string;
  /** The operations port: probes, health and metrics. */
  readonly opsUrl: string;
}

export interface Deployment {
  /** The sandbox and every service, by name. */
  readonly running: ReadonlyMap<string, Running>;
  /** The exit code of `register`, which ran before the others started. */
  readonly registered: number | string;
  /** Starts another program. */
  run(name: string, variables: Record<string, string>): Program;
  kill(): void;
}

const SECRET = 'local-secret';

/** The ports of the others are not known yet, and no test needs them. */
const NOWHERE = {
  searchUrl: 'http://127.0.0.1:9',
  actionsUrl: 'http://127.0.0.1:9',
  contextUrl: 'http://127.0.0.1:9',
};

const inLocal = (file: string): string => join(import.meta.dirname, '../../local', file);

const dockerfile = readFileSync(join(import.meta.dirname, '../../deploy/docker/Dockerfile'), 'utf8');
/** The Node.js flags of the image. */
const [, ...entry] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
const flags = entry.filter((part) => part.startsWith('-'));
const [, NODE_OPTIONS = ''] = /NODE_OPTIONS="([^"]*)"/.exec(dockerfile) ?? [];

/**
 * Bundles every program into `directory` and runs the bundles as their images would: without the repository, with only
 * the given environment, and with write access only to a separate folder.
 */
export async function deploy(stack: Stack, directory: string, sourcesFile: string): Promise<Deployment> {
  const bundles = new Map<string, Bundle>();
  for (const name of programs) bundles.set(name, await createBundle(name, join(directory, 'bundles')));
  const addresses = {
    KAFKA_BROKERS: stack.brokers,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    REDIS_URL: stack.redisUrl,
  };
  const data = join(directory, 'data');
  await mkdir(data);
  const run = (name: string, variables: Record<string, string>): Program => {
    const { script } = bundles.get(name) as Bundle;
    const restricted = [
      '--permission',
      '--allow-fs-read=*',
      '--allow-addons',
      '--allow-worker',
      `--allow-fs-write=${data}`,
    ];
    // Under the permission model, SQLite loads no extension.
    const args = [...flags, ...(name === 'kb-indexer' ? [] : restricted), script];
    return follow(
      spawn(process.execPath, args, {
        cwd: data,
        env: { NODE_OPTIONS, MALLOC_ARENA_MAX: arenas, ...addresses, ...variables },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      }),
    );
  };

  const registered = await run('register', {}).exit;
  const smtpPort = await freePort();
  const running = new Map<string, Running>();
  const start = async (name: string, variables: Record<string, string>): Promise<void> => {
    const [port, opsPort] = [String(await freePort()), String(await freePort())];
    running.set(name, {
      url: `http://127.0.0.1:${port}`,
      opsUrl: `http://127.0.0.1:${opsPort}`,
      program: run(name, { ...variables, PORT: port, OPS_PORT: opsPort }),
    });
  };
  await start(sandbox.name, { SMTP_PORT: String(smtpPort) });
  const local = { ACTIONS: inLocal('actions.yaml'), CALLERS_FILE: inLocal('callers.yaml') };
  const sandboxUrl = running.get(sandbox.name)?.url ?? '';
  for (const { name } of services) {
    const outside = outsideSystems(name, { sandboxUrl, smtpPort, ...NOWHERE, directory: data });
    await start(name, { ...outside, ...local, SOURCES_FILE: sourcesFile, LOCAL_SECRET: SECRET });
  }
  return {
    running,
    registered,
    run,
    kill() {
      for (const { program } of running.values()) program.child.kill('SIGKILL');
    },
  };
}

/** @throws its output if it exits instead */
export async function ready({ program, opsUrl }: Running): Promise<void> {
  await until(`${opsUrl} is ready`, async () => {
    if (program.child.exitCode !== null) throw new Error(program.output);
    return fetch(`${opsUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
}
