import assert from 'node:assert/strict';
import { type Program, runProgram } from '@switchboard/deploy/fixtures/program';
import { scriptOf } from '@switchboard/deploy/services';
import { freePort } from '@switchboard/stack';
import { until } from '@switchboard/stack/until';

interface Instance {
  readonly program: Program;
  readonly url: string;
}

/** The instances of one service, replaced as Kubernetes does: a new one is ready before an old one stops. */
export interface Fleet {
  readonly name: string;
  /** The instances that a balancer sends requests to: those that were ready when it last looked. */
  readonly endpoints: readonly string[];
  /** What all its instances have said, also those that were replaced. */
  readonly output: string;
  /** Replaces each instance. @throws if one does not stop cleanly */
  roll(): Promise<void>;
  stop(): Promise<void>;
}

/** How late a balancer learns that an instance stops. */
const LOOK_EVERY_MS = 500;

export async function startFleet(name: string, variables: Record<string, string>, count: number): Promise<Fleet> {
  const started: Program[] = [];
  let instances: Instance[] = [];
  let endpoints: readonly string[] = [];

  async function start(): Promise<Instance> {
    const port = await freePort();
    const program = runProgram(scriptOf({ name }), [], { ...variables, PORT: String(port) });
    started.push(program);
    const instance = { program, url: `http://127.0.0.1:${port}` };
    const ready = until(`${name} is ready`, () => isReady(instance));
    const ended = program.exit.then((code) => {
      throw new Error(`${name} ended with ${code}:\n${program.output}`);
    });
    ended.catch(() => {});
    await Promise.race([ready, ended]);
    return instance;
  }

  async function look(): Promise<void> {
    const ready = await Promise.all(instances.map(isReady));
    endpoints = instances.filter((_, index) => ready[index]).map(({ url }) => url);
  }

  instances = await Promise.all(Array.from({ length: count }, start));
  await look();
  const timer = setInterval(look, LOOK_EVERY_MS);

  return {
    name,
    get endpoints() {
      return endpoints;
    },
    get output() {
      return started.map((program) => program.output).join('');
    },
    async roll() {
      for (const old of instances) {
        const added = await start();
        instances = [...instances, added];
        await until(`a balancer knows the new ${name}`, () => endpoints.includes(added.url));
        old.program.child.kill('SIGTERM');
        assert.equal(await old.program.exit, 0, `${name} stops cleanly:\n${old.program.output.slice(-4_000)}`);
        instances = instances.filter((instance) => instance !== old);
      }
    },
    async stop() {
      clearInterval(timer);
      for (const { program } of instances) program.child.kill('SIGTERM');
      await Promise.all(instances.map(({ program }) => program.exit));
    },
  };
}

const isReady = async ({ url }: Instance): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
