import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createContainers, findCompose } from './docker.ts';
import { down } from './down.ts';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { freePort } from './ports.ts';
import { startStack } from './stack.ts';
import { until } from './until.ts';

test('a Docker client without an engine is no Docker', async () => {
  const folder = await program(await temporaryFolder(), 'docker', '[ "$1" != info ]');
  assert.equal(await findCompose({ PATH: folder }), undefined);
  assert.equal(await findCompose({ PATH: '/nowhere' }), undefined);
});

test('the compose plugin goes before the old docker-compose', async () => {
  const folder = await program(await temporaryFolder(), 'docker', 'exit 0');
  await program(folder, 'docker-compose', 'exit 0');
  assert.deepEqual(await findCompose({ PATH: folder }), [join(folder, 'docker'), 'compose']);
  await program(folder, 'docker', '[ "$1" = info ]');
  assert.deepEqual(await findCompose({ PATH: folder }), [join(folder, 'docker-compose')]);
});

test('without Java, containers are started, paused, and stopped by docker-compose.yml', async (t) => {
  const { folder, asked } = await engine();
  const port = await freePort();
  const variables = { PATH: folder, REDIS_PORT: String(port) };
  const starting = startStack({ directory: await temporaryFolder(), parts: ['redis'], variables });
  await until('the container is asked for', async () => (await asked()).length > 0);
  const container = createServer((socket) => socket.once('data', () => socket.end('+PONG\r\n'))).listen(
    port,
    '127.0.0.1',
  );
  t.after(() => container.close());
  await once(container, 'listening');
  const stack = await starting;
  assert.equal(stack.redisUrl, `redis://127.0.0.1:${port}`);
  await stack.redis.pause();
  await stack.redis.resume();
  await stack.stop();
  assert.deepEqual(await asked(), [
    `${port} up --detach redis`,
    `${port} pause redis`,
    `${port} unpause redis`,
    `${port} stop --timeout 10 redis`,
  ]);
});

test('several containers are asked for at once, and one that died without the others', async () => {
  const asked: string[] = [];
  const place = { address: '', ports: [], toStart: true };
  const compose = async (...args: string[]) => void asked.push(args.join(' '));
  const parts = createContainers({ kafka: place, registry: place, redis: { ...place, toStart: false } }, compose);
  await Promise.all(parts.map((part) => part.start()));
  await parts[1]?.start();
  assert.deepEqual(asked, ['up --detach kafka registry', 'up --detach --no-deps registry']);
});

test('a registry in a container is refused beside a Kafka of the user', async () => {
  const { folder, asked } = await engine();
  const ports = { REGISTRY_PORT: String(await freePort()), REDIS_PORT: String(await freePort()) };
  const variables = { PATH: folder, KAFKA_BROKERS: '127.0.0.1:1', ...ports };
  await assert.rejects(startStack({ directory: await temporaryFolder(), variables }), {
    name: 'LocalStackError',
    message: /with KAFKA_BROKERS, set SCHEMA_REGISTRY_URL too/,
  });
  assert.deepEqual(await asked(), []);
});

test('down stops the containers of the stack, and no others', async () => {
  const { folder, asked } = await engine();
  const said: string[] = [];
  await down(await temporaryFolder(), (line) => said.push(line), { PATH: folder, REDIS_PORT: '6379' });
  assert.deepEqual(await asked(), ['6379 stop kafka registry redis']);
  assert.deepEqual(said, ['The containers kafka, registry, redis are stopped.']);
});

test('what Docker says when it fails is passed on', async () => {
  const { folder } = await engine('echo "no such image" >&2', 'exit 1');
  const variables = { PATH: folder, REDIS_PORT: String(await freePort()) };
  await assert.rejects(startStack({ directory: await temporaryFolder(), parts: ['redis'], variables }), {
    name: 'LocalStackError',
    message: '`docker compose up --detach redis` failed: no such image',
  });
});

test('three brokers are not for containers', async () => {
  const { folder } = await engine();
  const options = {
    directory: await temporaryFolder(),
    ports: 'free',
    brokers: 3,
    variables: { PATH: folder },
  } as const;
  await assert.rejects(startStack(options), {
    name: 'LocalStackError',
    message: /^Three brokers need Java 17 or later/,
  });
});

/** A Docker whose engine answers; it writes down what compose is asked for on our file, after the Redis port. */
async function engine(...then: string[]) {
  const folder = await temporaryFolder();
  const log = join(folder, 'log');
  const note = `if [ "$2" = --file ]; then shift 3; echo "$REDIS_PORT $*" >> ${log};`;
  await program(folder, 'docker', note, ...then, 'fi');
  const asked = async () => (existsSync(log) ? (await readFile(log, 'utf8')).trim().split('\n') : []);
  return { folder, asked };
}
