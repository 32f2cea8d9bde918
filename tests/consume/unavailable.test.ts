import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eachStep, UnavailableError } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture, type Fixture } from './fixture.ts';
import { type Effect, inversions } from './sink.ts';

const targets = ['mail', 'chat'];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const isOf =
  (kind: string) =>
  ({ key }: { readonly key: string }): boolean =>
    key.startsWith(kind);

/** Events `from` to `to` of so many keys of a kind. */
async function send(fixture: Fixture, kind: string, keys: number, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number += 1) {
    await Promise.all(upTo(keys).map((key) => fixture.send(`${kind}-${key}`, number)));
  }
}

/** Every event had its effect once, in the order of its key, and none died. */
async function assertComplete(fixture: Fixture, events: number): Promise<void> {
  const { effects } = fixture.sink;
  assert.equal(effects.length, events);
  assert.equal(new Set(effects.map(({ idempotencyKey }) => idempotencyKey)).size, events);
  assert.equal(inversions(effects), 0);
  assert.equal((await fixture.deadLetters()).length, 0);
}

/** In CI, a tenth is left to a machine that stalls now and then. */
const SHARE = size(0.9, 0.99);

const highest = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * SHARE) - 1] ?? 0;

describe('an outside system that is down', () => {
  it('holds up only the events that need it, which have their effect after it, also through kill -9', async (t) => {
    const fixture = await createFixture({ partitions: 2 });
    const seconds = size(12, 1_800);
    let down: string | undefined;
    fixture.sink.respond = ({ key }) => (down !== undefined && isOf(down)({ key }) ? { down } : undefined);
    const limits = { parkAfterMs: 2_000, leaseMs: 3_000, sessionTimeoutMs: 6_000 };
    const victim = await fixture.spawn({ limits, targets });
    const latencies: { calm: number[]; outage: number[] } = { calm: [], outage: [] };
    let number = 0;

    async function round(kept: number[]): Promise<void> {
      number += 1;
      const sentAt = Date.now();
      await Promise.all([send(fixture, 'mail', 5, number, number), send(fixture, 'chat', 5, number, number)]);
      const chats = (): Effect[] => fixture.sink.effects.filter((effect) => isOf('chat')(effect));
      await until('the chat messages of this round are sent', () => chats().length === 5 * number);
      kept.push(
        ...chats()
          .slice(-5)
          .map(({ at }) => at - sentAt),
      );
    }

    for (const _ of upTo(20)) await round(latencies.calm);
    down = 'mail';
    const downAt = Date.now();
    while (Date.now() - downAt < (seconds / 2) * 1_000) await round(latencies.outage);
    victim.child.kill('SIGKILL');
    await victim.exited;
    const heir = await fixture.spawn({ limits, targets });
    await round([]);
    while (Date.now() - downAt < seconds * 1_000) await round(latencies.outage);
    assert.ok(fixture.sink.effects.filter(isOf('mail')).length <= 5 * 20 + 5, 'no mail is sent meanwhile');
    down = undefined;
    await until('all mails are sent', () => fixture.sink.effects.length === 10 * number);
    await assertComplete(fixture, 10 * number);
    const [calm, outage] = [highest(latencies.calm), highest(latencies.outage)];
    const latency = `p${100 * SHARE} of the chat messages: ${calm} ms before, ${outage} ms during the outage`;
    t.diagnostic(latency);
    assert.ok(outage <= calm + 1_000, latency);
    heir.child.kill('SIGTERM');
    assert.equal(await heir.exited, 0);
    await fixture.close();
  });

  it('for longer than the window: its events wait in the waiting topic, and come back in order', async () => {
    const fixture = await createFixture({ partitions: 1 });
    const [keys, each] = [size(30, 300), 20];
    let down = true;
    fixture.sink.respond = ({ key }) => (down && isOf('mail')({ key }) ? { down: 'mail' } : undefined);
    const commitWindow = 100;
    const limits = { commitWindow, parkAfterMs: 1_000 };
    const consumer = await fixture.start({ limits, targets });
    await Promise.all([send(fixture, 'mail', keys, 1, each), send(fixture, 'chat', keys, 1, each)]);
    await until('all chat messages are sent', () => fixture.sink.effects.length === keys * each);
    await until('all mails are parked', () => {
      const { parked, deferred } = consumer.state().counts;
      return (parked ?? 0) + (deferred ?? 0) >= keys * each;
    });
    const { due, delayed, unavailable, pausedBy } = consumer.state();
    assert.ok(due + delayed <= 2 * commitWindow + 1_000, `${due} due and ${delayed} delayed records in memory`);
    assert.deepEqual([[...unavailable.keys()], pausedBy], [['mail'], []]);
    assert.ok((await fixture.read(`${fixture.service}.retry.waiting`)).length >= keys * each);
    down = false;
    await until('all mails are sent', () => fixture.sink.effects.length === 2 * keys * each);
    await assertComplete(fixture, 2 * keys * each);
    assert.equal(consumer.state().counts.retried, 0, 'no attempt is spent');
    assert.ok(fixture.sink.effects.every(({ attempt }) => attempt === 1));
    await fixture.close();
  });

  it('does not keep the events of another one, which comes back earlier, behind its own', async () => {
    const fixture = await createFixture({ partitions: 1 });
    const down = new Set(['mail', 'slack']);
    fixture.sink.respond = ({ key }) => {
      const target = key.split('-')[0] ?? '';
      return down.has(target) ? { down: target } : undefined;
    };
    const limits = { commitWindow: 60, parkAfterMs: 1_000 };
    const consumer = await fixture.start({ limits, targets: [...targets, 'slack'] });
    await send(fixture, 'mail', 100, 1, 2);
    await send(fixture, 'slack', 10, 1, 3);
    await send(fixture, 'chat', 10, 1, 1);
    await until('the others are sent', () => fixture.sink.effects.length === 10);
    await until('what waits is parked', () => consumer.state().counts.parked !== 0);
    down.delete('slack');
    await until('those of the other are sent', () => fixture.sink.effects.length === 40);
    assert.ok(fixture.sink.effects.every((effect) => !isOf('mail')(effect)));
    down.delete('mail');
    await until('all are sent', () => fixture.sink.effects.length === 240);
    await assertComplete(fixture, 240);
    await fixture.close();
  });

  it('does not stop a service that waits for nothing else', async () => {
    const fixture = await createFixture({ partitions: 1 });
    const consumer = await fixture.start({ limits: { stuckAfterMs: 4_000, handlerTimeoutMs: 500 }, targets }, () => {
      throw Object.assign(new UnavailableError('mail'), { retryAfterMs: 3_600_000 });
    });
    await fixture.send('mail', 1);
    await until('it waits', () => consumer.state().waitingOutside === 1);
    const waitsAt = Date.now();
    await until('the time without progress is over', () => Date.now() - waitsAt > 7_000);
    assert.equal(consumer.failure, undefined);
    assert.equal(consumer.state().waitingOutside, 1, 'nobody asks before the time that the system told');
    await fixture.close();
  });
});

describe('a handler of two outside systems', () => {
  it('does not repeat the effect in the first for the sake of the second, also after the event was parked', async () => {
    const fixture = await createFixture({ partitions: 1 });
    let down = true;
    const effects: string[] = [];
    const consumer = await fixture.start({ limits: { parkAfterMs: 500 }, targets }, ({ messageId }, context) =>
      eachStep(context, {
        chat: async () => void effects.push(`chat ${messageId}`),
        mail: async () => {
          if (down) throw new UnavailableError('mail');
          effects.push(`mail ${messageId}`);
        },
      }),
    );
    for (const number of [1, 2]) await fixture.send('key', number);
    await until('both are in the waiting topic', () => {
      const { parked, deferred } = consumer.state().counts;
      return parked === 1 && deferred === 1;
    });
    await consumer.stop();
    const heir = await fixture.start({ limits: { parkAfterMs: 500 }, targets }, ({ messageId }, context) =>
      eachStep(context, {
        chat: async () => void effects.push(`chat ${messageId}`),
        mail: async () => void effects.push(`mail ${messageId}`),
      }),
    );
    down = false;
    await until('both are done', () => heir.state().counts.done === 2);
    assert.deepEqual(effects.slice(0, 2), ['chat 1', 'mail 1']);
    assert.deepEqual(effects.slice(2).toSorted(), ['chat 2', 'mail 2']);
    await fixture.close();
  });
});
