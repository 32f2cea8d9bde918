import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { it } from 'node:test';
import { createOwnChain } from '@switchboard/consumer/fixtures';
import { catalogue } from '@switchboard/events';
import { environment } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { createFixture } from './fixture.ts';

it('a retried event of a type that this version does not handle waits, then becomes a dead letter', async () => {
  const fixture = await createFixture();
  fixture.sink.respond = () => ({ status: 500 });
  const newer = await fixture.start({ limits: { retryDelays: ['1s', '2s', '3s'] } });
  await fixture.send('key', 1);
  await until('it is in a retry topic', () => newer.state().counts.retried === 1);
  await newer.close();
  const older = await fixture.start({ type: 'lead.captured', limits: { retryDelays: ['1s', '2s', '3s'] } });
  await until('it is a dead letter', async () => (await fixture.deadLetters()).length === 1);
  const [letter] = await fixture.deadLetters();
  assert.equal(letter?.headers['__dlq.errors.code'], 'NO_HANDLER');
  assert.equal(older.state().counts.skipped, 0);
  await fixture.close();
});

it('an event whose type no handler covers is skipped', async () => {
  const fixture = await createFixture();
  const consumer = await fixture.start({ type: 'lead.captured' });
  await fixture.send('key', 1);
  await until('it is skipped', () => consumer.state().counts.skipped === 1);
  await fixture.close();
});

it('a stopping service lets running handlers finish', async () => {
  const [service, conversation] = [`slow-${randomUUID().slice(0, 8)}`, randomUUID()];
  const { brokers, registryUrl, redisUrl } = testStack();
  await createOwnChain({ brokers }, service, catalogue['message.received'].topic, '5s,1m,10m');
  const child = fork(new URL('slow-service.ts', import.meta.url), [service, conversation], {
    env: {
      NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE,
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      REDIS_URL: redisUrl,
      LOG_LEVEL: 'warn',
      PORT: '0',
    },
  });
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  const exited = once(child, 'exit');
  const fixture = await createFixture();
  await fixture.sendTo(catalogue['message.received'].topic, conversation, 1);
  await until('it began', () => said.includes('began'));
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.deepEqual(said, ['began', 'ended']);
  await fixture.close();
});
