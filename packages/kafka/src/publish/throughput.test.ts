import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSimulatedClock, type SimulatedClock } from '../../fixtures/simulated-clock.ts';
import { createBatcher } from './batcher.ts';
import type { PlacedRecord } from './record.ts';

const PARTITIONS = 12;
const MB = 1_000_000;

/** A cluster that accepts this many bytes per millisecond, one request at a time. */
function clusterOf(clock: SimulatedClock, rate: number, sizes: Map<PlacedRecord, number>) {
  let freeAt = 0;
  return (records: readonly PlacedRecord[]): Promise<void> => {
    const size = records.reduce((sum, record) => sum + (sizes.get(record) ?? 0), 0);
    freeAt = Math.max(clock.now(), freeAt) + 5 + size / rate;
    return new Promise((resolve) => clock.after(freeAt - clock.now(), resolve));
  };
}

interface Settled {
  size: number;
  partition: number;
  outcome: string;
  ms: number;
}

/**
 * A record of 1 MB; a second later `burst` of them at once, with small records of all partitions every 10 ms for three
 * seconds.
 */
async function run(
  rate: number,
  burst: number,
  largePartitions = PARTITIONS,
): Promise<{ large: Settled[]; small: Settled[] }> {
  const clock = createSimulatedClock();
  const sizes = new Map<PlacedRecord, number>();
  const sendBatch = clusterOf(clock, rate, sizes);
  const batcher = createBatcher({ sendBatch, clock, random: () => 0.5, maxQueueBytes: 64 * MB, attemptTimeoutMs: 800 });
  const settled: Settled[] = [];
  let next = 0;
  function add(size: number): void {
    const partition = next++ % (size === MB ? largePartitions : PARTITIONS);
    const record = { topic: 't', partition, key: null, value: null, headers: {}, timestamp: 0 };
    const at = clock.now();
    sizes.set(record, size);
    batcher.add(record, size, at + 2_400, (error) => {
      settled.push({ size, partition, outcome: error?.code ?? 'acked', ms: clock.now() - at });
    });
  }
  for (let ms = 0; ms < 3_000; ms += 10) {
    add(1_000);
    if (ms === 0) add(MB);
    if (ms === 1_000) for (let n = 0; n < burst; n += 1) add(MB);
    await clock.advance(10);
  }
  await clock.drain();
  await batcher.close();
  return { large: settled.filter(({ size }) => size === MB), small: settled.filter(({ size }) => size < MB) };
}

const counts = (settled: readonly Settled[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(settled, ({ outcome }) => outcome)].map(([outcome, some]) => [outcome, some.length]),
  );

describe('a burst of large records', () => {
  for (const rate of [2_000, 5_000, 10_000]) {
    it(`beyond what Kafka acknowledges in time at ${rate / 1_000} MB/s: the excess is refused at once`, async () => {
      const { large, small } = await run(rate, 100);
      const { TIMEOUT = 0, QUEUE_FULL = 0, acked = 0, ...others } = counts(large);
      assert.deepEqual(others, {});
      assert.equal(TIMEOUT, 0, JSON.stringify(counts(large)));
      assert.ok(acked >= rate / 1_000 && QUEUE_FULL > 0, JSON.stringify(counts(large)));
      for (const { outcome, ms } of large) if (outcome === 'QUEUE_FULL') assert.equal(ms, 0);
      assert.deepEqual(counts(small), { acked: 300 });
    });
  }

  it('delays small records of other partitions by no more than the batch in flight', async () => {
    const { small } = await run(20_000, 20, 6);
    const slowest = Math.max(...small.filter(({ partition }) => partition >= 6).map(({ ms }) => ms));
    assert.ok(slowest <= 425, `${slowest} ms`);
  });

  it('is accepted completely when Kafka is fast', async () => {
    const { large } = await run(50_000, 60);
    assert.deepEqual(counts(large), { acked: 61 });
  });
});
