import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LocalStackError } from './error.ts';
import type { Part } from './part.ts';
import { answers, type PartName, type Places } from './places.ts';
import { findProgram, type Variables } from './programs.ts';

const COMPOSE_FILE = join(import.meta.dirname, '../../docker-compose.yml');
const START_LIMIT_MS = 180_000;

/** Runs `docker compose` with these arguments on our docker-compose.yml. */
export type Compose = (...args: string[]) => Promise<void>;

/** The command that runs compose. Undefined without a running Docker engine. */
export async function findCompose(variables: Variables): Promise<string[] | undefined> {
  const docker = await findProgram('docker', variables);
  if (docker === undefined || !(await succeeds([docker, 'info'], variables))) return undefined;
  if (await succeeds([docker, 'compose', 'version'], variables)) return [docker, 'compose'];
  const compose = await findProgram('docker-compose', variables);
  return compose === undefined ? undefined : [compose];
}

/** Creates the parts to start, as containers. */
export function createContainers(places: Places, compose: Compose): Part[] {
  const names = (Object.keys(places) as PartName[]).filter((name) => places[name].toStart);
  let all: Promise<void> | undefined;
  return names.map((name) => {
    const { ports } = places[name];
    let created = false;
    return {
      name,
      port: ports[0] ?? 0,
      pid: undefined,
      start: async () => {
        // One at a time: parallel commands would race for the Kafka container, which the registry needs.
        all ??= compose('up', '--detach', ...names).catch((error) => {
          all = undefined;
          throw error;
        });
        await (created ? compose('up', '--detach', '--no-deps', name) : all);
        created = true;
        for (const deadline = Date.now() + START_LIMIT_MS; !(await answers(name, ports)); await sleep(200)) {
          if (Date.now() > deadline) {
            throw new LocalStackError(
              `The container of ${name} did not answer: look at \`docker compose logs ${name}\`.`,
            );
          }
        }
      },
      stop: () => compose('stop', '--timeout', '10', name),
      kill: () => compose('kill', name),
      pause: () => compose('pause', name),
      resume: () => compose('unpause', name),
    };
  });
}

/** Runs compose for the ports of `places`. `project` separates several stacks. */
export function composeFor(
  command: readonly string[],
  places: Partial<Places>,
  variables: Variables,
  project?: string,
): Compose {
  const [program = '', ...first] = command;
  const ports = { KAFKA_PORT: places.kafka, REGISTRY_PORT: places.registry, REDIS_PORT: places.redis };
  const env = { ...variables };
  for (const [name, place] of Object.entries(ports)) {
    if (place?.ports[0] !== undefined) env[name] = String(place.ports[0]);
  }
  const fixed = [...first, '--file', COMPOSE_FILE, ...(project === undefined ? [] : ['--project-name', project])];
  return async (...args) => {
    try {
      await promisify(execFile)(program, [...fixed, ...args], { env });
    } catch (cause) {
      const { stderr = '' } = cause as { stderr?: string };
      const reason = stderr.trim().split('\n').at(-1) ?? 'no reason given';
      throw new LocalStackError(`\`docker compose ${args.join(' ')}\` failed: ${reason}`, { cause });
    }
  };
}

async function succeeds([program = '', ...args]: readonly string[], env: Variables): Promise<boolean> {
  try {
    await promisify(execFile)(program, args, { env: { ...env }, timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
