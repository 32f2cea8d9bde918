import assert from 'node:assert/strict';
import { it } from 'node:test';
import { clusterId } from '@switchboard/kafka';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import { createFixture } from './fixture.ts';

it('event state of another Kafka, or of no Kafka, does not apply to this one', async (t) => {
  const stack = testStack();
  const fixture = await createFixture();
  const redis = new Redis(stack.redisUrl);
  t.after(async () => {
    await fixture.close();
    redis.disconnect();
  });
  const identity = 'acme:test:message.received:key-1';
  const dead = `${Date.now() + 600_000}:dead:0`;
  await redis.hset(`l:${fixture.service}`, identity, dead);
  await redis.hset(`l:elsewhere:${fixture.service}`, identity, dead);
  await redis.zadd(`k:elsewhere:${fixture.service}`, 0, `${fixture.topic}|acme:key`);
  await redis.zadd(`h:elsewhere:${fixture.service}:${fixture.topic}|acme:key`, 0, 'never-there');

  const consumer = await fixture.start();
  await fixture.send('key', 1);
  await until('it has its effect', () => fixture.sink.effects.length === 1);
  await until('it is marked as done', () => consumer.state().counts.done === 1);
  const scope = await clusterId({ brokers: stack.brokers });
  assert.equal((await redis.keys(`s:${scope}:${fixture.service}:*`)).length, 1);
});
