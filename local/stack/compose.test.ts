import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { parse } from 'yaml';
import { clusterSettings } from './kafka.ts';
import { findProgram } from './programs.ts';
import { versionOf } from './software.ts';

interface Service {
  image: string;
  environment: Record<string, string | number>;
}

const file = join(import.meta.dirname, '../../docker-compose.yml');
const { services } = parse(await readFile(file, 'utf8')) as { services: Record<string, Service> };
const { kafka, registry, redis } = services;

test('the containers have the versions of pom.xml', async () => {
  assert.equal(kafka?.image, `apache/kafka:${await versionOf('kafka')}`);
  assert.equal(registry?.image, `apicurio/apicurio-registry:${await versionOf('registry')}`);
  assert.match(redis?.image ?? '', /^redis:\d+-alpine$/);
});

test('Kafka has the same settings in a container', () => {
  for (const [name, value] of Object.entries(clusterSettings(1))) {
    const variable = `KAFKA_${name.replaceAll('.', '_').toUpperCase()}`;
    assert.equal(String(kafka?.environment[variable]), String(value), variable);
  }
});

test('docker-compose accepts the file', async (t) => {
  const compose = await composeCommand();
  if (compose === undefined) return t.skip('there is no docker compose on this machine');
  const [command = '', ...args] = compose;
  await promisify(execFile)(command, [...args, '--file', file, 'config', '--quiet']);
});

/** Unlike for running containers, no engine is needed. */
async function composeCommand(): Promise<string[] | undefined> {
  const old = await findProgram('docker-compose', environment);
  if (old !== undefined) return [old];
  const docker = await findProgram('docker', environment);
  if (docker === undefined) return undefined;
  return promisify(execFile)(docker, ['compose', 'version']).then(
    () => [docker, 'compose'],
    () => undefined,
  );
}
