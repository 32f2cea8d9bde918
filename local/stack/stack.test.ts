import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { environment } from '@switchboard/service';
import { useClassArchive } from './class-archive.ts';
import { temporaryFolder } from './fixtures/folder.ts';
import { createTopic, metadata } from './fixtures/kafka-topics.ts';
import { redisCommand } from './fixtures/redis-command.ts';
import { liveBrokers } from './kafka-probe.ts';
import { isTaken } from './ports.ts';
import { findJava } from './programs.ts';
import { redisAnswers } from './redis.ts';
import { registryAnswers } from './registry.ts';
import { SOFTWARE, versionOf } from './software.ts';
import { type Stack, startStack } from './stack.ts';
import { until } from './until.ts';

suite('a stack with one broker', () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack({ directory: await temporaryFolder(), ports: 'free', brief: true });
  });
  after(() => stack.stop());

  test('answers on every address it gives', async () => {
    assert.equal(stack.brokers, `127.0.0.1:${stack.kafka[0]?.port}`);
    assert.equal(await liveBrokers(stack.kafka[0]?.port ?? 0), 1);
    assert.equal(stack.redisUrl, `redis://127.0.0.1:${stack.redis.port}`);
    assert.equal(await redisAnswers(stack.redis.port), true);
    assert.match(stack.registryUrl, /\/apis\/ccompat\/v7$/);
    assert.equal(await registryAnswers(stack.registryUrl), true);
  });

  test('Kafka has its classes from the archive', {
    skip: process.platform !== 'linux' && 'only Linux tells',
  }, async (t) => {
    const software = join(SOFTWARE, `kafka-${await versionOf('kafka')}`);
    const found = await findJava(environment);
    const options = 'java' in found ? useClassArchive({ java: found.java, software }) : [];
    if (options.length === 0) return t.skip('this Java makes none');
    assert.match(readFileSync(`/proc/${stack.kafka[0]?.pid}/maps`, 'utf8'), /classes\.jsa$/m);
  });

  test('Kafka keeps its topics when it is killed', async () => {
    const [broker] = stack.kafka;
    assert.ok(broker !== undefined);
    assert.equal(await createTopic(broker.port, 'kept-over-a-kill'), 0);
    await broker.kill();
    assert.equal(broker.pid, undefined);
    assert.equal(await liveBrokers(broker.port), 0);
    await broker.start();
    assert.ok((await metadata(broker.port)).includes('kept-over-a-kill'));
  });

  test('the registry keeps its schemas, and their ids, when it is killed', async () => {
    const subject = `${stack.registryUrl}/subjects/kept-value/versions`;
    const schema = JSON.stringify({ type: 'record', name: 'Kept', fields: [] });
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const register = await fetch(subject, { method: 'POST', headers, body: JSON.stringify({ schema }) });
    const { id } = (await register.json()) as { id: number };
    await stack.registry.kill();
    await stack.registry.start();
    const kept = (await (await fetch(`${subject}/latest`)).json()) as { id: number; schema: string };
    assert.equal(kept.id, id);
    assert.deepEqual(JSON.parse(kept.schema), JSON.parse(schema));
  });

  test('Redis keeps its data when it is stopped, and evicts nothing', async () => {
    const { port } = stack.redis;
    assert.equal(await redisCommand(port, 'SET kept yes'), '+OK');
    await stack.redis.stop();
    await stack.redis.start();
    assert.match(await redisCommand(port, 'GET kept'), /yes$/);
    assert.match(await redisCommand(port, 'CONFIG GET maxmemory-policy'), /noeviction$/);
  });

  test('a paused part answers nothing until it is resumed', async () => {
    await stack.redis.pause();
    assert.equal(await redisAnswers(stack.redis.port), false);
    await stack.redis.resume();
    await until('Redis answers again', () => redisAnswers(stack.redis.port));
  });

  test('a paused part can be stopped', async () => {
    await stack.redis.pause();
    await stack.redis.stop();
    assert.equal(await isTaken(stack.redis.port), false);
    await stack.redis.start();
  });
});

test('a free port that another process takes before Kafka does is replaced by another', async () => {
  const thieves: Server[] = [];
  const advertise = (_brokerId: number, port: number): string => {
    if (thieves.length === 0) thieves.push(createServer().listen(port, '127.0.0.1'));
    return `127.0.0.1:${port}`;
  };
  const directory = await temporaryFolder();
  const stack = await startStack({ directory, ports: 'free', parts: ['kafka'], advertise });
  try {
    assert.equal(await liveBrokers(stack.kafka[0]?.port ?? 0), 1);
  } finally {
    await stack.stop();
    for (const thief of thieves) thief.close();
  }
});
