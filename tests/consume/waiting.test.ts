import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture } from './fixture.ts';
import { type Effect, numbersByKey } from './sink.ts';

describe('a retry delay longer than the session', () => {
  it('causes no rebalance, blocks no other key, and the event runs within 2 s of its time', async () => {
    const delay = size(15, 600);
    const fixture = await createFixture({ partitions: 2 });
    fixture.sink.respond = ({ key }, nth) => (key === 'late' && nth === 1 ? { status: 500 } : undefined);
    const consumer = await fixture.start({
      limits: { retryDelays: [`${delay}s`], sessionTimeoutMs: 6_000 },
      logLevel: 'silent',
    });
    await fixture.send('late', 1);
    await until('it waits in a retry topic', () => consumer.state().delayed === 1);
    const failedAt = fixture.sink.calls[0]?.at ?? 0;
    const generation = consumer.state().generation;
    let number = 0;
    let slowest = 0;
    while (fixture.sink.effects.every(({ key }) => key !== 'late')) {
      number += 1;
      const sentAt = Date.now();
      await fixture.send('other', number);
      const isEffect = ({ key, number: done }: Effect): boolean => key === 'other' && done === number;
      await until('the other key has its effect', () => fixture.sink.effects.some(isEffect));
      slowest = Math.max(slowest, Date.now() - sentAt);
      assert.ok(Date.now() - failedAt < delay * 1_000 + 20_000, 'it runs in time');
    }
    assert.ok(number > 2, 'the other key does not wait for it');
    const ranAt = fixture.sink.effects.find(({ key }) => key === 'late')?.at ?? 0;
    assert.ok(ranAt - failedAt >= delay * 1_000 - 50, 'not before its time');
    // An event without a delay shows how slow the machine is at its slowest.
    assert.ok(ranAt - failedAt <= delay * 1_000 + 2_000 + slowest, `${ranAt - failedAt} ms, others ${slowest} ms`);
    assert.equal(consumer.state().generation, generation, 'no rebalance');
    await fixture.close();
  });
});

describe('events that wait in a retry topic', () => {
  it('run in order on their new owner when instances come and go', async () => {
    const fixture = await createFixture();
    const keys = Array.from({ length: 12 }, (_, index) => `key-${index}`);
    fixture.sink.respond = ({ number }, nth) => (number === 1 && nth === 1 ? { status: 500 } : undefined);
    const limits = { retryDelays: ['10s'], sessionTimeoutMs: 6_000 };
    for (const number of [1, 2, 3]) await Promise.all(keys.map((key) => fixture.send(key, number)));
    // Started now, so that all fail and wait long before the first is due again.
    const first = await fixture.start({ limits });
    await until('all wait', () => first.state().delayed === 36);
    const second = await fixture.start({ limits });
    await until('partitions are shared', () => second.state().assigned > 0);
    await first.stop();
    await until('all events have their effect', () => fixture.sink.effects.length === 36);
    for (const key of keys) assert.deepEqual(numbersByKey(fixture.sink.effects).get(key), [1, 2, 3]);
    assert.equal(fixture.sink.repeats.length, 0);
    await fixture.close();
  });
});

describe('a group', () => {
  it('without committed offsets starts at the earliest event', async () => {
    const fixture = await createFixture({ partitions: 3 });
    for (let number = 1; number <= 30; number += 1) await fixture.send(`key-${number}`, number);
    await fixture.start();
    await until('all events have their effect', () => fixture.sink.effects.length === 30);
    await fixture.close();
  });

  it('whose committed offset is not in the log starts at the earliest event and skips nothing', async () => {
    const fixture = await createFixture({ partitions: 1 });
    for (let number = 1; number <= 10; number += 1) await fixture.send('key', number);
    await fixture.setCommitted(0, 1_000);
    await fixture.start();
    await until('all events have their effect', () => fixture.sink.effects.length === 10);
    await fixture.close();
  });

  it('does not start if a retry topic has another partition count, and names the topic', async () => {
    const fixture = await createFixture({ partitions: 3 });
    await fixture.createTopic(`${fixture.service}.retry.400ms`, 2);
    await assert.rejects(fixture.start(), /retry\.400ms.* 2 .*3|3.*retry\.400ms.* 2/s);
    await fixture.close();
  });
});
