import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Handler } from '@switchboard/consumer';
import { until } from '@switchboard/stack/until';
import { isFullSize, size } from '../size.ts';
import { createFixture, type Fixture } from './fixture.ts';
import { inversions } from './sink.ts';

const tenants = (count: number): string[] => Array.from({ length: count }, (_, index) => `tenant-${index}`);

describe('tenants whose handlers hang', () => {
  it('do not hold up the others, and lose nothing: 3 of 50', async () => {
    const fixture = await createFixture({ partitions: 3 });
    const all = tenants(50);
    const hanging = new Set(all.slice(0, 3));
    const [keys, each] = [5, 2];
    const done: string[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const handler: Handler<'message.received'> = async ({ meta, messageId }) => {
      if (hanging.has(meta.tenant)) await released;
      done.push(`${meta.tenant} ${meta.id} ${messageId}`);
    };
    // Those that hang come first, and have more events than handlers may run at a time.
    for (const tenant of all) {
      const many = hanging.has(tenant) ? 20 : keys;
      for (let number = 1; number <= each; number += 1) {
        for (let key = 0; key < many; key += 1) await fixture.sendFor(tenant, `${tenant}-${key}`, number);
      }
    }
    const consumer = await fixture.start(
      { limits: { concurrency: 4, leaseAhead: 12, handlerTimeoutMs: 300_000 } },
      handler,
    );
    await until('all others are done', () => done.length === 47 * keys * each);
    assert.ok(consumer.state().running > 0 && consumer.state().running < 16, `${consumer.state().running} hang`);
    release();
    const events = 47 * keys * each + 3 * 20 * each;
    await until('those that hung are done', () => done.length === events);
    assert.equal(new Set(done).size, events);
    await fixture.close();
  });
});

/** The highest of the lowest 99 %. */
const p99 = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * 0.99)] ?? 0;

/** The most that a partition may get at once, by its 128 KB. */
const RECORDS_OF_A_FETCH = 600;

describe('a tenant that sends far more than its share', () => {
  /** A consumer of calm tenants and one that floods, which has four handlers of 5 ms. */
  async function openFlood(calm: readonly string[], commitWindow: number) {
    const fixture = await createFixture({ partitions: 3 });
    const keys = 200;
    const sentAt = new Map<string, number>();
    const latencies: number[] = [];
    let floodDone = 0;
    const seen = new Set<string>();
    const last = new Map<string, number>();
    const handler: Handler<'message.received'> = async ({ meta, conversationId, messageId }) => {
      assert.ok(!seen.has(meta.id), `${meta.id} comes twice`);
      seen.add(meta.id);
      const key = String(conversationId);
      assert.ok(Number(messageId) > (last.get(key) ?? 0), `${meta.id} comes after a later one`);
      last.set(key, Number(messageId));
      await sleep(5);
      if (meta.tenant === 'flood') floodDone += 1;
      else latencies.push(Date.now() - (sentAt.get(meta.id) ?? 0));
    };
    const consumer = await fixture.start({ limits: { commitWindow, concurrency: 4 } }, handler);
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, consumer.state().due);
    }, 50);
    let number = 0;
    let flooded = 0;

    /** An event of each calm tenant every 200 ms. Returns the p99 of their latencies. */
    async function sendCalm(rounds: number): Promise<number> {
      latencies.length = 0;
      for (let round = 0; round < rounds; round += 1) {
        number += 1;
        const sends = calm.map((tenant) => {
          sentAt.set(`${tenant}-${number}`, Date.now());
          return fixture.sendFor(tenant, tenant, number);
        });
        await Promise.all(sends);
        await sleep(200);
      }
      await until('all calm events are done', () => latencies.length === rounds * calm.length);
      return p99(latencies);
    }

    return {
      sendCalm,
      async sendFlood(count: number): Promise<void> {
        const sends = Array.from({ length: count }, () => {
          flooded += 1;
          return fixture.sendFor('flood', `flood-${flooded % keys}`, Math.floor(flooded / keys) + 1);
        });
        await Promise.all(sends);
      },
      left: (): number => flooded - floodDone,
      /** Waits until everything is done, and checks that nothing is lost, repeated, dead or too much in memory. */
      async end(): Promise<void> {
        await until('the flood is done', () => floodDone === flooded, size(300_000, 1_800_000));
        clearInterval(watch);
        // Each partition of the source and of the waiting topic is full before its last fetch.
        assert.ok(most <= 2 * 3 * (commitWindow + RECORDS_OF_A_FETCH), `${most} records were in memory`);
        assert.equal(seen.size, flooded + number * calm.length);
        assert.equal(consumer.failure, undefined);
        assert.deepEqual(await fixture.deadLetters(), []);
        await fixture.close();
      },
    };
  }

  it('lets the others overtake a backlog that is larger than memory', async () => {
    const commitWindow = size(150, 10_000);
    const { sendCalm, sendFlood, left, end } = await openFlood(tenants(size(19, 49)), commitWindow);
    // Tenants that have sent something lately are those for whom the flood makes room.
    await sendCalm(1);
    for (let sent = 0; sent < size(6_000, 150_000); sent += 1_000) await sendFlood(1_000);
    await sendCalm(5);
    // In the order of the topic, only the last window of each partition could wait behind them.
    assert.ok(left() > 2 * 3 * commitWindow, `only ${left()} events of the flood wait: the others waited for it`);
    await end();
  });

  it('leaves the latency of the others alone while it sends ten times as much as all of them together', async (t) => {
    const calm = tenants(size(19, 49));
    const { sendCalm, sendFlood, left, end } = await openFlood(calm, size(150, 10_000));
    const rounds = size(15, 300);
    const alone = await sendCalm(rounds);
    const flood = (async () => {
      const startedAt = performance.now();
      for (let round = 0; round < rounds; round += 1) {
        await sleep(Math.max(startedAt + round * 200 - performance.now(), 0));
        await sendFlood(10 * calm.length);
      }
    })();
    const beside = await sendCalm(rounds);
    await flood;
    t.diagnostic(`p99 of the others: ${alone} ms alone, ${beside} ms beside a flood of which ${left()} events wait`);
    if (isFullSize) assert.ok(beside <= 1.5 * alone + 100, `p99 ${beside} ms, ${alone} ms without the flood`);
    await end();
  });

  it('loses and repeats nothing, for it and the others, when the service is killed in the middle', async () => {
    const fixture = await createFixture({ partitions: 3 });
    const calm = tenants(10);
    const [flood, keys] = [size(2_000, 20_000), 50];
    fixture.sink.respond = () => ({ delayMs: 5 });
    const sends: Promise<void>[] = [];
    for (let at = 0; at < flood; at += 1) {
      sends.push(fixture.sendFor('flood', `flood-${at % keys}`, Math.floor(at / keys) + 1));
      if (at % 100 === 0) for (const tenant of calm) sends.push(fixture.sendFor(tenant, tenant, at / 100 + 1));
    }
    await Promise.all(sends);
    const limits = { leaseMs: 3_000, sessionTimeoutMs: 6_000, commitWindow: 100, concurrency: 4 };
    const { effects } = fixture.sink;
    for (const share of [0.2, 0.5]) {
      const victim = await fixture.spawn({ limits });
      await until('it has made progress', () => effects.length > share * sends.length);
      victim.child.kill('SIGKILL');
      await victim.exited;
    }
    await fixture.spawn({ limits });
    await until('all events have their effect', () => effects.length >= sends.length);
    assertOneEffectEach(fixture, sends.length);
    await fixture.close();
  });
});

function assertOneEffectEach({ sink: { effects } }: Fixture, events: number): void {
  assert.equal(new Set(effects.map(({ idempotencyKey }) => idempotencyKey)).size, events);
  assert.equal(effects.length, events);
  assert.equal(inversions(effects), 0);
}
