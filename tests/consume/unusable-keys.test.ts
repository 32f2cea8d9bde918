import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { identityOf } from '@switchboard/events';
import { clusterId } from '@switchboard/kafka';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import { createFixture, type Fixture } from './fixture.ts';

describe('what Redis holds of an event, if it is not ours,', () => {
  let redis: Redis;
  let scope: string;
  let fixture: Fixture;
  before(async () => {
    redis = new Redis(testStack().redisUrl);
    scope = await clusterId({ brokers: testStack().brokers });
    fixture = await createFixture();
  });
  after(async () => {
    await fixture.close();
    redis.disconnect();
  });

  it('makes only its own event fail, through the retry topics to the dead letters', async () => {
    const [place, orderKey] = [`${scope}:${fixture.service}`, `${fixture.topic}|acme:no-order`];
    await redis.hset(`l:${place}`, 'acme:test:message.received:broken-2', 'not ours');
    await redis.zadd(`k:${place}`, 0, orderKey);
    await redis.hset(`h:${place}:${orderKey}`, 'not', 'ours');
    for (const key of ['broken', 'healthy', 'no-order']) {
      for (let number = 1; number <= 3; number += 1) await fixture.send(key, number);
    }
    const consumer = await fixture.start();
    await until('all events are settled', () => {
      const { done = 0, dead = 0 } = consumer.state().counts;
      return done + dead === 9;
    });
    assert.deepEqual(fixture.sink.effects.map(({ key, number }) => `${key}-${number}`).sort(), [
      'broken-1',
      'broken-3',
      'healthy-1',
      'healthy-2',
      'healthy-3',
    ]);
    const letters = await fixture.deadLetters();
    assert.deepEqual(letters.map(({ headers }) => headers.ce_id).sort(), [
      'broken-2',
      'no-order-1',
      'no-order-2',
      'no-order-3',
    ]);
    for (const { headers } of letters) assert.equal(headers['__dlq.errors.code'], 'STEP_FAILED');
    assert.deepEqual(consumer.state().pausedBy, []);
    assert.equal(consumer.failure, undefined);
  });

  it('after the effect changes nothing: the event is done once, and its key continues', async () => {
    let runs = 0;
    const late = await createFixture();
    const spoiling = await late.start({}, async (event) => {
      runs += 1;
      const marks = `l:${scope}:${late.service}`;
      if (event.messageId === '1') await redis.hset(marks, identityOf(event.meta), 'not ours');
    });
    for (let number = 1; number <= 3; number += 1) await late.send('key', number);
    await until('all events are done', () => spoiling.state().counts.done === 3);
    assert.equal(runs, 3);
    assert.equal((await late.deadLetters()).length, 0);
    await late.close();
  });
});
