import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startConsumer } from '@switchboard/consumer/fixtures';
import { registerSchemas } from '@switchboard/kafka';
import { type Stack, startStack } from '@switchboard/stack';
import { until } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import Type from 'typebox';
import { size } from '../size.ts';
import { createFixture } from './fixture.ts';
import { inversions } from './sink.ts';

describe('an outside system that is down', () => {
  it('pauses the service: no dead letters, at most one probe per second, and recovery on its own', async () => {
    const fixture = await createFixture();
    const seconds = size(8, 120);
    // Shorter than the outage, longer than a busy machine takes to see that everything is down.
    const consumer = await fixture.start({ limits: { parkAfterMs: 5_000 } });
    const events = 200;
    let down = true;
    fixture.sink.respond = () => (down ? { status: 503 } : undefined);
    for (let number = 1; number <= events; number += 1) await fixture.send(`key-${number % 20}`, number);
    await until('it is paused', () => consumer.state().pausedBy.includes('outside'));
    assert.throws(() => consumer.checkWork(), {
      message: /^paused \d+ s: sink is unavailable/,
      code: 'PAUSED_BY_OUTSIDE',
    });
    await until('its partitions are paused', () => consumer.state().paused === consumer.state().assigned);
    const lastCallAt = (): number => fixture.sink.calls.at(-1)?.at ?? 0;
    await until('requests from before the pause have ended', () => Date.now() - lastCallAt() > 500);
    const callsBefore = fixture.sink.calls.length;
    const pausedAt = Date.now();
    await until('the outage is over', () => Date.now() - pausedAt > seconds * 1_000, (seconds + 30) * 1_000);
    const probes = fixture.sink.calls.length - callsBefore;
    assert.ok(probes >= 1 && probes <= seconds + 2, `${probes} probes in ${seconds} s`);
    assert.equal(fixture.sink.effects.length, 0);
    const { retried, parked, deferred } = consumer.state().counts;
    assert.deepEqual({ retried, parked, deferred }, { retried: 0, parked: 0, deferred: 0 }, 'nothing moves');
    down = false;
    await until('all events have their effect', () => fixture.sink.effects.length === events);
    assert.equal(inversions(fixture.sink.effects), 0);
    assert.equal((await fixture.deadLetters()).length, 0);
    await fixture.close();
  });
});

describe('the dependencies of the service', () => {
  let stack: Stack;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'switchboard-outages-'));
    stack = await startStack({ directory, brokers: 1, ports: 'free', brief: true });
    await registerSchemas(stack.registryUrl);
  });
  after(async () => {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('an outage of Redis pauses the service; nothing is lost, repeated or out of order', async () => {
    const fixture = await createFixture({ addresses: stack });
    fixture.sink.respond = () => ({ delayMs: 5 });
    const consumer = await fixture.start();
    const sending = (async () => {
      for (let number = 1; number <= 100; number += 1) {
        await Promise.all(Array.from({ length: 10 }, (_, key) => fixture.send(`key-${key}`, number)));
      }
    })();
    await until('it is working', () => fixture.sink.effects.length > 100);
    await stack.redis.stop();
    await until('it is paused', () => consumer.state().pausedBy.includes('redis'));
    const pausedAt = Date.now();
    await until('a while has passed', () => Date.now() - pausedAt > size(4, 20) * 1_000);
    await stack.redis.start();
    await sending;
    await until('all events have their effect', () => fixture.sink.effects.length === 1_000);
    assert.equal(inversions(fixture.sink.effects), 0);
    assert.equal(consumer.failure, undefined);
    await fixture.close();
  });

  it('an emptied Redis loses nothing; the idempotency key of the outside system absorbs repetitions', async () => {
    const fixture = await createFixture({ addresses: stack });
    const consumer = await fixture.start();
    fixture.sink.respond = ({ number }, nth) => (number === 10 && nth === 1 ? { status: 500 } : { delayMs: 2 });
    for (let number = 1; number <= 50; number += 1) {
      await Promise.all(Array.from({ length: 10 }, (_, key) => fixture.send(`key-${key}`, number)));
      if (number === 25) await emptyRedis(stack.redisUrl);
    }
    await until('all events have their effect', () => fixture.sink.effects.length === 500);
    assert.equal(consumer.failure, undefined);
    await fixture.close();
  });

  it('an outage of the registry does not affect known schemas, and records with unknown ones wait for it', async () => {
    const fixture = await createFixture({ addresses: stack, partitions: 1 });
    const first = await fixture.start();
    await fixture.send('key', 1);
    await until('the schema is known', () => fixture.sink.effects.length === 1);
    await stack.registry.stop();
    await fixture.send('key', 2);
    await until('the known schema is handled', () => fixture.sink.effects.length === 2);
    await assert.rejects(fixture.start(), /registry/i, 'startup needs the registry');

    const { value, headers } = fixture.encode('other', 1);
    value.writeInt32BE(1_999_999_999, 1);
    await fixture.sendRaw({ key: 'acme:other', value, headers });
    await until('it waits', () => first.state().pausedBy.includes('registry'));
    await stack.registry.start();
    await until('it recovers on its own', () => first.state().pausedBy.length === 0);
    await until('the schema is unknown', () => first.state().counts.dead === 1);
    await fixture.send('key', 3);
    await until('it works', () => fixture.sink.effects.length === 3);
    await fixture.close();
  });

  it('a service starts from cached schemas during an outage of the registry', async () => {
    const fixture = await createFixture({ addresses: stack });
    const handled: (string | null)[] = [];
    const options = { service: `${fixture.service}-cached`, topic: fixture.topic, stack, variables: { PORT: '0' } };
    const start = () =>
      startConsumer(
        {
          config: Type.Object({}),
          handlers: () => ({ 'message.received': ({ messageId }) => void handled.push(messageId) }),
        },
        options,
      );
    await (await start())[Symbol.asyncDispose]();
    await stack.registry.stop();
    {
      await using _again = await start();
      await fixture.send('key', 1);
      await until('it is handled', () => handled.length === 1);
    }
    await stack.registry.start();
    await fixture.close();
  });
});

async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  await redis.script('FLUSH');
  redis.disconnect();
}
