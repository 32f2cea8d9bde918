import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSimulatedClock } from '../../fixtures/simulated-clock.ts';
import { createSimulatedCluster, type Fate } from '../../fixtures/simulated-cluster.ts';
import { createBatcher } from './batcher.ts';
import type { PlacedRecord } from './record.ts';

const PARTITIONS = 6;
const ATTEMPT_TIMEOUT_MS = 800;
const MAX_QUEUE_BYTES = 4_000;

const delay = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: 20, max: 900 }) },
  { weight: 1, arbitrary: fc.integer({ min: 900, max: 6_000 }) },
);

const fate: fc.Arbitrary<Fate> = fc.record({
  appendAfterMs: fc.option(delay, { freq: 12, nil: undefined }),
  answerAfterMs: fc.option(delay, { freq: 8, nil: undefined }),
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

const publish = fc.record({
  afterMs: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 150 }) },
  ),
  partition: fc.nat(PARTITIONS - 1),
  bytes: fc.integer({ min: 1, max: 400 }),
  ttlMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(2_400) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000 }) },
  ),
});

type Outcome = 'acked' | 'TIMEOUT' | 'QUEUE_FULL';

interface Published {
  record: PlacedRecord;
  deadline: number;
  settledAt: number;
  outcome: Outcome | undefined;
}

/** Runs the plan in simulated time and checks the invariants at each step. */
async function run(plan: { afterMs: number; partition: number; bytes: number; ttlMs: number }[], fates: Fate[]) {
  const clock = createSimulatedClock();
  const published: Published[] = [];
  const byRecord = new Map<PlacedRecord, Published>();
  const live = new Map<number, { until: number }>();
  // The batcher treats an exception from a send as a failed attempt, so violations are asserted at the end.
  const violations = new Set<string>();
  let sends = 0;

  const cluster = createSimulatedCluster({
    clock,
    brokers: 3,
    fate: () => fates[sends++ % fates.length] as Fate,
    onSend(records) {
      for (const record of records) {
        if (byRecord.get(record)?.outcome !== undefined) violations.add('a settled record is sent again');
      }
    },
  });

  /** A send is live until it settles or the batcher gives it up. */
  async function sendBatch(records: readonly PlacedRecord[]): Promise<void> {
    const send = { until: clock.now() + ATTEMPT_TIMEOUT_MS };
    for (const { partition } of records) {
      const other = live.get(partition);
      if (other !== undefined && other !== send && other.until > clock.now()) {
        violations.add('a partition is in two live sends');
      }
      live.set(partition, send);
    }
    try {
      await cluster.sendBatch(records);
    } finally {
      send.until = 0;
    }
  }

  const batcher = createBatcher({
    sendBatch,
    clock,
    random: () => 0.5,
    maxQueueBytes: MAX_QUEUE_BYTES,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
  });

  for (const { afterMs, partition, bytes, ttlMs } of plan) {
    if (afterMs > 0) await clock.advance(afterMs);
    const record = { topic: 't', partition, key: null, value: null, headers: {}, timestamp: published.length };
    const entry: Published = { record, deadline: clock.now() + ttlMs, settledAt: Number.NaN, outcome: undefined };
    published.push(entry);
    byRecord.set(record, entry);
    batcher.add(record, bytes, entry.deadline, (error) => {
      if (entry.outcome !== undefined) violations.add('a record is settled twice');
      Object.assign(entry, { outcome: error?.code ?? 'acked', settledAt: clock.now() });
    });
    assert.ok(batcher.bytes <= MAX_QUEUE_BYTES, 'the queue stays within its limit');
  }
  const closed = batcher.close();
  await clock.drain();
  await closed;
  assert.deepEqual([...violations], []);
  return { batcher, published, log: cluster.log };
}

test('whatever the brokers do, nothing acknowledged is lost and partitions keep their order', async () => {
  const counts: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.array(publish, { minLength: 1, maxLength: 60, size: 'max' }),
      fc.array(fate, { minLength: 1, maxLength: 40, size: 'max' }),
      async (plan, fates) => {
        const { batcher, published, log } = await run(plan, fates);

        for (const { outcome, settledAt, deadline } of published) {
          assert.ok(outcome !== undefined, 'every publish settles');
          assert.ok(settledAt <= deadline + 10, 'no later than its deadline');
          counts[outcome] = (counts[outcome] ?? 0) + 1;
        }
        assert.equal(batcher.bytes, 0, 'nothing is held at the end');

        for (let partition = 0; partition < PARTITIONS; partition++) {
          const first = new Map<PlacedRecord, number>();
          for (const [offset, record] of (log.get(`t:${partition}`) ?? []).entries()) {
            if (!first.has(record)) first.set(record, offset);
          }
          const offsets = published
            .filter(({ record, outcome }) => record.partition === partition && outcome === 'acked')
            .map(({ record }) => first.get(record));
          assert.ok(!offsets.includes(undefined), 'acknowledged records are in the log');
          assert.deepEqual(
            offsets,
            [...offsets].sort((a, b) => Number(a) - Number(b)),
            'first occurrences are in order',
          );
        }
      },
    ),
    { numRuns: 400 },
  );
  for (const outcome of ['acked', 'TIMEOUT', 'QUEUE_FULL']) {
    assert.ok((counts[outcome] ?? 0) > 100, `the runs include ${outcome}: ${JSON.stringify(counts)}`);
  }
});
