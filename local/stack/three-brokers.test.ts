import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from './fixtures/folder.ts';
import { metadata } from './fixtures/kafka-topics.ts';
import { liveBrokers } from './kafka-probe.ts';
import { startStack } from './stack.ts';
import { until } from './until.ts';

test('three brokers form a cluster, tell clients the advertised addresses, and notice when one is gone', async (t) => {
  const directory = await temporaryFolder();
  // One id in 64 looks like an option on a command line.
  await mkdir(join(directory, 'kafka-3'));
  await writeFile(join(directory, 'kafka-3/cluster-id'), '-d96lOSpDctFNuftLMMS-A');
  const stack = await startStack({
    directory,
    ports: 'free',
    brokers: 3,
    parts: ['kafka'],
    advertise: (id) => `proxy-${id}.test:1909${id}`,
  });
  // Nobody needs this data again: no time is spent on an orderly stop.
  t.after(() => Promise.all(stack.kafka.map((broker) => broker.kill())).then(stack.stop));
  assert.equal(stack.brokers, 'proxy-1.test:19091,proxy-2.test:19092,proxy-3.test:19093');
  const [first, second] = stack.kafka;
  assert.ok(first !== undefined && second !== undefined);
  const advertised = await metadata(first.port);
  for (const id of [1, 2, 3]) assert.ok(advertised.includes(`proxy-${id}.test`));
  await second.kill();
  await until('the cluster has noticed', async () => (await liveBrokers(first.port)) === 2);
});
