import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { startTestKafka } from '@switchboard/stack/test-kafka';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture } from './fixture.ts';
import { inversions } from './sink.ts';

it('killing and restarting one of three brokers under load loses nothing and keeps the order', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-broker-'));
  const stack = await startTestKafka({ directory, brokers: 3 });
  const fixture = await createFixture({ addresses: stack, replication: 3 });
  fixture.sink.respond = ({ number }, nth) => (number % 10 === 0 && nth === 1 ? { status: 500 } : { delayMs: 5 });
  const [keys, each] = [20, size(50, 500)];
  const consumers = [await fixture.start(), await fixture.start()];
  const assertNoneFailed = (): void => {
    for (const { failure } of consumers) assert.equal(failure, undefined);
  };
  t.after(() => {
    const states = consumers.map((consumer) => consumer.state());
    t.diagnostic(`${fixture.sink.effects.length} effects; ${JSON.stringify(states)}`);
  });
  const sending = (async () => {
    for (let number = 1; number <= each; number += 1) {
      await Promise.all(Array.from({ length: keys }, (_, key) => fixture.send(`key-${key}`, number)));
    }
  })();
  for (const [index, broker] of stack.kafka.entries()) {
    await until('there is progress', () => {
      assertNoneFailed();
      return fixture.sink.effects.length > (keys * each * (index + 1)) / 6;
    });
    broker.kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await broker.start();
  }
  await sending;
  await until('all events have their effect', () => {
    assertNoneFailed();
    return fixture.sink.effects.length >= keys * each;
  });
  assert.equal(fixture.sink.effects.length, keys * each);
  assert.equal(inversions(fixture.sink.effects), 0);
  assert.equal((await fixture.deadLetters()).length, 0);
  assertNoneFailed();
  await fixture.close();
  await stack.stop();
  await rm(directory, { recursive: true, force: true });
});
