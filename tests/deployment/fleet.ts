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
  /** The last words of each instance that ended unasked. */
  readonly ended: readonly string[];
  /** Replaces each instance. @throws if one does not stop cleanly */
  roll(): Promise<void>;
  stop(): Promise<void>;
}

/** How late a balancer learns that an instance stops. */
const LOOK_EVERY_MS = 500;

export async function startFleet(name: string, variables: Record<string, string>, count: number): Promise<Fleet> {
  const started: Program[] = [];
  const stopping = new Set<Program>();
  const ended: string[] = [];
  let instances: Instance[] = [];
  let endpoints: readonly string[] = [];

  async function start(): Promise<Instance> {
    const port = await freePort();
    const program = runProgram(scriptOf({ name }), [], { ...variables, PORT: String(port) });
    started.push(program);
    const instance = { program, url: `http://127.0.0.1:${port}` };
    void program.exit.then((code) => {
      if (!stopping.has(program)) ended.push(`${name} ended with ${code}:\n${program.output.slice(-4_000)}`);
    });
    await until(`${name} is ready`, () => ended.length > 0 || isReady(instance.url));
    assert.deepEqual(ended, []);
    return instance;
  }

  function stop(program: Program): Promise<number | string> {
    stopping.add(program);
    program.child.kill('SIGTERM');
    return program.exit;
  }

  async function look(): Promise<void> {
    const ready = await Promise.all(instances.map(({ url }) => isReady(url)));
    endpoints = instances.filter((_, index) => ready[index]).map(({ url }) => url);
  }

  instances = await Promise.all(Array.from({ length: count }, start));
  await look();
  const timer = setInterval(look, LOOK_EVERY_MS);

  return {
    name,
    ended,
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
        assert.equal(await stop(old.program), 0, `${name} stops cleanly:\n${old.program.output.slice(-4_000)}`);
        instances = instances.filter((instance) => instance !== old);
      }
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(instances.map(({ program }) => stop(program)));
    },
  };
}

export const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
