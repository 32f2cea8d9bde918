import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { clusterId, createPublisher } from '@switchboard/kafka';
import { createRedis } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import { createConsuming } from '../fixtures/consuming.ts';
import { readDeadLetters } from './operate/dead-letters.ts';
import { redrive } from './operate/redrive.ts';

it('an unreadable event holds its key, and stops being a dead letter when it is redriven and can be read', async () => {
  const { brokers, redisUrl } = testStack();
  const logger = pino({ level: 'silent' });
  const publisher = await createPublisher({ brokers, clientId: 'test', logger, deadlineMs: 30_000 });
  const redis = createRedis(redisUrl, logger);
  const scope = await clusterId({ brokers });
  const consuming = await createConsuming();
  after(async () => {
    await consuming.close();
    await publisher.close();
    redis.disconnect();
  });
  const counted = () => consuming.gauge('consumer_dead_letters');
  const letters = () => readDeadLetters({ brokers }, { redis, scope }, consuming.service);

  consuming.unreadable = true;
  const consumer = await consuming.start(undefined, { onDeadLetter: 'hold' });
  await consuming.write(consuming.event('first', 'key'));
  await until('it is counted as dead', async () => (await counted()) === 1);
  consuming.unreadable = false;
  await consuming.write(consuming.event('second', 'key'), consuming.event('other', 'other'));
  await until('the next one of its key waits', () => consumer.state().counts.deferred !== 0);
  await until('another key continues', () => consuming.effects.includes('other'));
  assert.deepEqual(consuming.effects, ['other']);

  const [letter, ...more] = await letters();
  assert.equal(more.length, 0);
  assert.deepEqual([letter?.state, letter?.eventId, letter?.code], ['open', 'first', 'UNKNOWN_SCHEMA']);
  const [retryTopic = ''] = consuming.ownTopics;
  await redrive(await letters(), { connection: { brokers }, publisher, retryTopic, rate: 100 });
  await until('all have their effect', () => consuming.effects.length === 3);
  assert.deepEqual(consuming.effects, ['other', 'first', 'second']);
  await until('none is counted as dead', async () => (await counted()) === 0);
  assert.deepEqual(
    (await letters()).map(({ state }) => state),
    ['redriven'],
  );
});
