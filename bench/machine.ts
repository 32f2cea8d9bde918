import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** The conditions of the measurements, a sentence a line. */
export function describeMachine(): string {
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return (
    `${cores} ${cores === 1 ? 'core' : 'cores'} (${model}), ${gigabytes} GB, shared by the load generator, the server and the ` +
    `broker.\nNode.js ${process.versions.node}, Kafka ${brokerVersion()}, @platformatic/kafka ` +
    `${versionOf('@platformatic/kafka')}, kafkajs ${versionOf('kafkajs')}, Fastify ${versionOf('fastify')}.`
  );
}

function brokerVersion(): string {
  const pom = readFileSync(join(root, 'local/stack/pom.xml'), 'utf8');
  return /<kafka.version>([^<]+)/.exec(pom)?.[1] ?? 'of an unknown version';
}

const users = {
  '@platformatic/kafka': 'packages/kafka',
  kafkajs: 'packages/kafka',
  fastify: 'services/ingest',
} as const;

function versionOf(name: keyof typeof users): string {
  const folder = join(root, users[name]);
  const entry = createRequire(join(folder, 'package.json')).resolve.paths(name)?.[0] ?? '';
  const { version } = JSON.parse(readFileSync(join(entry, name, 'package.json'), 'utf8')) as { version: string };
  return version;
}
