import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';

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
