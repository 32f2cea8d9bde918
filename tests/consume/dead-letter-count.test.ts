import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { purge, readDeadLetters, redrive } from '@switchboard/consumer/operate';
import { clusterId, createPublisher } from '@switchboard/kafka';
import { createLogger, createRedis } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Registry } from 'prom-client';
import { createFixture } from './fixture.ts';

it('the metrics count as many dead letters as npm run ops lists, through purge and redrive', async () => {
  const stack = await testStack();
  const fixture = await createFixture();
  const logger = createLogger('test', 'silent');
  const connection = { brokers: stack.brokers };
  const publisher = await createPublisher({ ...connection, clientId: 'test', logger, deadlineMs: 30_000 });
  const redis = createRedis(stack.redisUrl, logger);
  const scoped = { redis, scope: await clusterId(connection) };
  after(async () => {
    await fixture.close();
    await publisher.close();
    redis.disconnect();
  });

  const metrics = new Registry();
  const counted = async (): Promise<number | undefined> =>
    (await metrics.getSingleMetric('consumer_dead_letters')?.get())?.values[0]?.value;
  const letters = () => readDeadLetters(connection, scoped, fixture.service);
  const open = async () => (await letters()).filter(({ state }) => state === 'open');

  fixture.sink.respond = () => ({ status: 422 });
  await fixture.start({}, undefined, metrics);
  for (let number = 0; number < 10; number += 1) await fixture.send(`key-${number}`, number);
  await until('ten are counted', async () => (await counted()) === 10);
  assert.equal((await open()).length, 10);

  await purge((await open()).slice(0, 3), { connection, publisher, redis: scoped });
  await until('the purged ones are not counted', async () => (await counted()) === 7);
  fixture.sink.respond = () => undefined;
  const retryTopic = `${fixture.service}.retry.200ms`;
  await redrive((await open()).slice(0, 4), { connection, publisher, retryTopic, rate: 100 });
  await until('the redriven ones are not counted', async () => (await counted()) === 3);
  await until('they have their effect', () => fixture.sink.effects.length === 4);
  assert.equal((await open()).length, 3);
});
