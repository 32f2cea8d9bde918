import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { portVariable, sandbox, services } from '@switchboard/deploy/services';
import { freePort } from '@switchboard/stack';

const standard = {
  INGEST_PORT: '',
  CRM_SYNC_PORT: '',
  KAFKA_BROKERS: '',
  KAFKA_PORT: '',
  REDIS_URL: '',
  REDIS_PORT: '',
};

for (const [variables, sentence] of [
  [{ INGEST_PORT: '8081' }, 'Port 8081 is asked for twice, by INGEST_PORT and CRM_SYNC_PORT: change one.'],
  [{ INGEST_PORT: '8025' }, 'Port 8025 is asked for twice, by INGEST_PORT and SANDBOX_SMTP_PORT: change one.'],
  [{ INGEST_PORT: '9092' }, 'Port 9092 is asked for twice, by KAFKA_PORT and INGEST_PORT: change one.'],
  [{ REDIS_PORT: '8090' }, 'Port 8090 is asked for twice, by REDIS_PORT and SANDBOX_PORT: change one.'],
] as const) {
  it(`refuses ${JSON.stringify(variables)} in one sentence, before anything starts`, async () => {
    const refused = runProgram(join(import.meta.dirname, 'main.ts'), [], { ...standard, ...variables });
    assert.equal(await refused.exit, 1);
    assert.equal(refused.output, `${sentence}\n`);
  });
}

for (const [variables, pattern] of [
  [{ SOURCES_FILE: '/no/such/sources.yaml' }, /SOURCES_FILE cannot be read: ENOENT/],
  [{ SOURCES_FILE: join(import.meta.dirname, 'package.json') }, /The configuration has \d+ problem/],
  [{ ZENDESK_URL: 'https://example.zendesk.com' }, /so ZENDESK_EMAIL and ZENDESK_TOKEN must be set too/],
] as const) {
  it(`checks ${JSON.stringify(variables).replace(import.meta.dirname, '')} before it starts anything`, async () => {
    const given = { ...(await freePorts()), ...variables };
    const switchboard = runProgram(join(import.meta.dirname, 'main.ts'), [], given);
    assert.equal(await switchboard.exit, 1);
    assert.match(switchboard.output, pattern);
    assert.doesNotMatch(switchboard.output, /Starting Kafka|\n {4}at /);
  });
}

/** Ports that no other program has, since they are checked first. */
async function freePorts(): Promise<Record<string, string>> {
  const names = [...[...services, sandbox].map(portVariable), 'SANDBOX_SMTP_PORT'];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, String(await freePort())] as const)));
}
