import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startConsumer } from '@switchboard/consumer/fixtures';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import Type from 'typebox';
import { createFixture, type Fixture } from './fixture.ts';

const stack = testStack();
const start = ({ service, topic }: Fixture, variables: Record<string, string>, handled: () => void = () => {}) =>
  startConsumer(
    { config: Type.Object({}), handlers: () => ({ 'message.received': handled }) },
    { service, topic, stack, variables },
  );

it('DONE_TTL_SECONDS sets how long Redis remembers that an event is done', async () => {
  const fixture = await createFixture({ partitions: 1 });
  const redis = new Redis(stack.redisUrl);
  {
    let handled = 0;
    await using _consumer = await start(fixture, { DONE_TTL_SECONDS: '4000' }, () => {
      handled += 1;
    });
    await fixture.send('key', 1);
    await until('it is handled', () => handled === 1);
    await until('it is marked as done', async () => {
      const [done = ''] = await redis.keys(`s:*:${fixture.service}:*`);
      // An entry may come half of that time after its set.
      const ttl = await redis.ttl(done);
      return ttl > 4_000 && ttl <= 6_000;
    });
  }
  redis.disconnect();
  await fixture.close();
});

it('a service refuses to start with decreasing retry delays, or with delays longer than DONE_TTL_SECONDS', async () => {
  const fixture = await createFixture({ partitions: 1 });
  await assert.rejects(start(fixture, { RETRY_DELAYS: '1m,5s' }), /Retry delays rise/);
  const forgetful = { RETRY_DELAYS: '5s,2h', DONE_TTL_SECONDS: '14399' };
  await assert.rejects(start(fixture, forgetful), /kept for 14399 s.*twice the longest retry delay \(7200 s\)/);
  await fixture.close();
});
