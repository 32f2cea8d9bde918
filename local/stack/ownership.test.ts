import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { environment } from '@switchboard/service';
import { down } from './down.ts';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { freePort, isTaken } from './ports.ts';
import { redisAnswers } from './redis.ts';
import { type StackOptions, startStack } from './stack.ts';
import { status } from './status.ts';
import { until } from './until.ts';

const parts = ['redis'] as const;

test('a stack uses what already answers, and does not stop it', async (t) => {
  const variables = await knownPorts();
  const first = await startStack({ directory: await temporaryFolder(), parts, variables });
  t.after(() => first.stop());
  const second = await startStack({ directory: await temporaryFolder(), parts, variables });
  assert.equal(second.redisUrl, first.redisUrl);
  assert.deepEqual(second.started, []);
  await assert.rejects(second.redis.kill(), {
    name: 'LocalStackError',
    message: /Another program has started redis .* cannot control it/,
  });
  await second.stop();
  assert.equal(await redisAnswers(first.redis.port), true);
});

test('two that start at the same time on the same folder start one stack', async (t) => {
  const options = { directory: await temporaryFolder(), parts, variables: await knownPorts() };
  const [one, other] = await Promise.all([startStack(options), startStack(options)]);
  t.after(() => Promise.all([one.stop(), other.stop()]));
  assert.deepEqual([one.started.length, other.started.length].sort(), [0, 1]);
});

for (const [part, variable, title] of [
  ['kafka', 'KAFKA_PORT', 'Kafka'],
  ['registry', 'REGISTRY_PORT', 'the schema registry'],
  ['redis', 'REDIS_PORT', 'Redis'],
] as const) {
  test(`a port that something else has taken is named, with the variable that changes it (${part})`, async (t) => {
    const variables = await knownPorts();
    const port = Number(variables[variable]);
    const other = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 404 Not Found\r\n\r\n')).listen(
      port,
      '127.0.0.1',
    );
    t.after(() => other.close());
    await once(other, 'listening');
    await assert.rejects(startStack({ directory: await temporaryFolder(), parts: [part], variables }), {
      name: 'LocalStackError',
      message: `Port ${port} is in use by a program that does not answer as ${title}: stop it, or set ${variable} to a free port.`,
    });
  });
}

test('a port that is asked for twice is named', async () => {
  const variables = { ...(await knownPorts()), KAFKA_PORT: '31500', REGISTRY_PORT: '31502' };
  await assert.rejects(startStack({ directory: await temporaryFolder(), brokers: 3, variables }), {
    name: 'LocalStackError',
    message: /^Port 31502 is asked for twice, by KAFKA_PORT/,
  });
});

test("the user's own servers are used, and nothing is started", async () => {
  const own = {
    KAFKA_BROKERS: 'kafka.test:9092',
    SCHEMA_REGISTRY_URL: 'https://registry.test',
    REDIS_URL: 'rediss://redis.test',
  };
  const stack = await startStack({ directory: await temporaryFolder(), variables: own });
  assert.deepEqual(
    [stack.brokers, stack.registryUrl, stack.redisUrl, stack.started],
    [own.KAFKA_BROKERS, own.SCHEMA_REGISTRY_URL, own.REDIS_URL, []],
  );
});

test('without Java and without Docker it is said what to install', async () => {
  // A Docker client whose engine does not run.
  const PATH = await program(await temporaryFolder(), 'docker', 'exit 1');
  await assert.rejects(startStack({ directory: await temporaryFolder(), ports: 'free', variables: { PATH } }), {
    name: 'LocalStackError',
    message:
      'The local stack needs Java 17 or later, and no Java was found: install it, or Python 3 with pip, which downloads it, or start a Docker engine.',
  });
});

test('a folder that cannot be made is named', async () => {
  const directory = join(import.meta.filename, 'data');
  await assert.rejects(startStack({ directory, parts, ports: 'free' }), {
    name: 'LocalStackError',
    message: `${directory} is not a folder, since a part of its path is a file: choose another folder.`,
  });
});

test('a stack whose start is called off leaves nothing running', async () => {
  const variables = await knownPorts();
  const stopping = new AbortController();
  const start = startStack({ directory: await temporaryFolder(), parts, variables, signal: stopping.signal });
  stopping.abort(new Error('called off'));
  await assert.rejects(start, /called off/);
  await until('the port is free', async () => !(await isTaken(Number(variables.REDIS_PORT))));
});

test('a part that ends by itself is reported', async (t) => {
  const ended = Promise.withResolvers<string>();
  const onExit: StackOptions['onExit'] = (reason) => ended.resolve(reason);
  const stack = await startStack({ directory: await temporaryFolder(), parts, ports: 'free', onExit });
  t.after(() => stack.stop());
  process.kill(stack.redis.pid ?? 0, 'SIGKILL');
  assert.match(await ended.promise, /^Redis ended unexpectedly \(SIGKILL\); its log is /);
  await stack.redis.start();
  assert.equal(await redisAnswers(stack.redis.port), true);
});

test('when the process that started a stack is killed, nothing of it stays', async (t) => {
  const { child, port } = await anotherProcess(t, await temporaryFolder());
  assert.equal(await redisAnswers(port), true);
  child.kill('SIGKILL');
  await until('Redis is gone', async () => !(await isTaken(port)));
});

test('status names each part and its supervisor, and down stops them', async (t) => {
  const directory = await temporaryFolder();
  const variables = await knownPorts();
  const { child, port, pid } = await anotherProcess(t, directory);
  const line = `Redis runs on port ${port} (process ${pid}, started by process ${child.pid})`;
  assert.equal((await status(directory, variables)).split('\n')[0], line);
  const said: string[] = [];
  await down(directory, (text) => said.push(text), environment);
  await until('Redis is gone', async () => !(await isTaken(port)));
  assert.equal(said.at(-1), 'Stopped.');
  await down(directory, (text) => said.push(text), environment);
  assert.equal(said.at(-1), `Nothing runs on ${directory}.`);
});

test('data that another process works on is not touched', async (t) => {
  const directory = await temporaryFolder();
  const { child } = await anotherProcess(t, directory);
  await assert.rejects(startStack({ directory, parts, ports: 'free' }), {
    name: 'LocalStackError',
    message: new RegExp(`^Redis already runs on .*, started by process ${child.pid}: stop it first\\.$`),
  });
});

async function knownPorts() {
  const [kafka, registry, redis] = await Promise.all([freePort(), freePort(), freePort()]);
  const ports = { KAFKA_PORT: `${kafka}`, REGISTRY_PORT: `${registry}`, REDIS_PORT: `${redis}` };
  const { PATH, JAVA_HOME } = environment;
  return { PATH, JAVA_HOME, ...ports };
}

async function anotherProcess(
  t: TestContext,
  directory: string,
): Promise<{ child: ChildProcess; port: number; pid: number }> {
  const script = join(import.meta.dirname, 'fixtures/redis-only.ts');
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, ...(JSON.parse(output.toString()) as { port: number; pid: number }) };
}
