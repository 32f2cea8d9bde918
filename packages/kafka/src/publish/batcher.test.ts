import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulatedClock } from '../../fixtures/simulated-clock.ts';
import { DeliveryError } from '../error.ts';
import { createBatcher } from './batcher.ts';
import type { PlacedRecord } from './record.ts';

interface Send {
  at: number;
  records: readonly PlacedRecord[];
  partitions: number[];
  resolve(): void;
  reject(error: Error): void;
}

/** A batcher in simulated time. The test settles each `sendBatch` by hand or by rule. */
function setup(options: { maxQueueBytes?: number; answer?: (send: Send) => void } = {}) {
  const clock = createSimulatedClock();
  const sends: Send[] = [];
  const isolated: number[] = [];
  const rejoined: number[] = [];
  const batcher = createBatcher({
    clock,
    random: () => 1,
    maxQueueBytes: options.maxQueueBytes ?? 100_000_000,
    attemptTimeoutMs: 800,
    onIsolated: (queues) => isolated.push(...queues.map(({ partition }) => partition)),
    onRejoined: ({ partition }) => rejoined.push(partition),
    sendBatch: (records) =>
      new Promise((resolve, reject) => {
        const partitions = [...new Set(records.map(({ partition }) => partition))];
        const send = { at: clock.now(), records, partitions, resolve, reject };
        sends.push(send);
        options.answer?.(send);
      }),
  });
  const outcomes: Record<number, string> = {};
  let next = 0;
  /** Returns the record's number; `outcomes` holds its result. */
  function add(partition: number, { bytes = 100, ttlMs = 2_400 } = {}): number {
    const id = next++;
    const record = { topic: 't', partition, key: null, value: null, headers: {}, timestamp: id };
    batcher.add(record, bytes, clock.now() + ttlMs, (error) => {
      assert.equal(outcomes[id], undefined, 'a record is settled once');
      outcomes[id] = `${error?.code ?? 'acked'} at ${clock.now()}`;
    });
    return id;
  }
  const last = () => sends.at(-1) as Send;
  const ids = (send: Send) => send.records.map(({ timestamp }) => timestamp);
  return { clock, batcher, sends, last, ids, add, outcomes, isolated, rejoined };
}

test('a partition whose records have expired does not block the other partitions', async () => {
  const { clock, add, sends, outcomes } = setup();
  add(0);
  await clock.advance(1);
  add(1, { ttlMs: 100 });
  add(2);
  await clock.advance(199);
  sends[0]?.resolve();
  await clock.advance(1);
  assert.deepEqual(sends[1]?.partitions, [2]);
  assert.match(outcomes[1] ?? '', /^TIMEOUT/);
});

test('records that arrive while a batch is in flight go into the next batch', async () => {
  const { clock, add, sends, last, ids, outcomes } = setup();
  add(0);
  add(1);
  await clock.advance(1);
  assert.deepEqual(ids(last()), [0, 1]);
  add(0);
  add(2);
  await clock.advance(5);
  assert.equal(sends.length, 1);
  last().resolve();
  await clock.advance(1);
  assert.deepEqual(outcomes, { 0: 'acked at 6', 1: 'acked at 6' });
  assert.deepEqual(ids(last()).sort(), [2, 3]);
});

test('a hung broker delays only its own partitions, and they recover on their own', async () => {
  let hung = true;
  const { clock, add, sends, outcomes, isolated, rejoined } = setup({
    answer(send) {
      if (!hung || !send.partitions.includes(0)) send.resolve();
    },
  });
  add(0);
  add(1);
  await clock.advance(900);
  assert.deepEqual(isolated.sort(), [0, 1]);
  assert.deepEqual(rejoined, [1]);
  assert.equal(outcomes[1], 'acked at 825');

  // Partition 0 hangs for seven seconds while the others are acknowledged at once.
  const others: number[] = [];
  for (let i = 0; i < 700; i++) {
    add(0);
    others.push(add(1), add(2));
    const now = clock.now();
    await clock.advance(10);
    for (const id of others.splice(0)) assert.equal(outcomes[id], `acked at ${now}`);
  }
  assert.equal(outcomes[0], 'TIMEOUT at 2400');
  assert.deepEqual(rejoined, [1]);

  hung = false;
  await clock.advance(1_300);
  assert.deepEqual(rejoined, [1, 0]);
  const before = sends.length;
  add(0);
  add(1);
  await clock.advance(1);
  assert.equal(sends.length, before + 1, 'the partitions share a batch again');
});

test('a partition whose records have all expired is retried on its own before it rejoins', async () => {
  const { clock, add, last, sends } = setup({ answer: (send) => send.partitions.includes(0) || send.resolve() });
  add(0, { ttlMs: 1_000 });
  await clock.advance(5_000);
  const before = sends.length;
  add(0);
  add(1);
  await clock.advance(1);
  assert.deepEqual(
    sends.slice(before).map(({ partitions }) => partitions),
    [[0], [1]],
  );
  assert.deepEqual(last().partitions, [1]);
});

test('a failed attempt is retried whole and in order, followed by newer records', async () => {
  const { clock, add, last, ids, outcomes } = setup();
  add(0);
  add(0);
  await clock.advance(1);
  add(0);
  last().reject(new Error('unknown outcome'));
  await clock.advance(30);
  assert.deepEqual(ids(last()), [0, 1, 2]);
  last().resolve();
  await clock.advance(1);
  assert.equal(Object.values(outcomes).length, 3);
});

test('the backoff between attempts grows from 25 to 400 ms', async () => {
  const { clock, add, sends } = setup({ answer: (send) => send.reject(new Error('down')) });
  add(0);
  await clock.advance(3_000);
  assert.deepEqual(
    sends.map(({ at }) => at),
    [0, 25, 75, 175, 375, 775, 1_175, 1_575, 1_975, 2_375],
  );
});

test('new records do not shorten the backoff or start a second attempt', async () => {
  const { clock, add, sends } = setup();
  add(0);
  await clock.advance(1);
  sends[0]?.reject(new Error('down'));
  await clock.advance(1);
  add(0);
  await clock.advance(10);
  assert.equal(sends.length, 1);
  await clock.advance(20);
  add(0);
  await clock.advance(20);
  assert.equal(sends.length, 2);
});

test('an attempt times out without a response, and a late acknowledgement still counts', async () => {
  const { clock, add, sends, ids, outcomes } = setup();
  add(0);
  await clock.advance(830);
  assert.equal(sends.length, 2);
  add(0);
  sends[0]?.resolve();
  await clock.advance(1);
  assert.deepEqual(outcomes, { 0: 'acked at 830' });
  sends[1]?.reject(new Error('down'));
  await clock.advance(51);
  assert.deepEqual(ids(sends[2] as Send), [1], 'acknowledged records are not sent again');
});

test('a record expires at its deadline, even in flight, and is not sent again', async () => {
  const { clock, add, last, ids, outcomes, batcher } = setup();
  add(0, { ttlMs: 50 });
  add(0);
  await clock.advance(100);
  assert.deepEqual(outcomes, { 0: 'TIMEOUT at 50' });
  assert.equal(batcher.bytes, 200, 'the attempt still holds the record');
  last().reject(new Error('down'));
  await clock.advance(30);
  assert.deepEqual(ids(last()), [1]);
  assert.equal(batcher.bytes, 100);
});

test('a record past its deadline is refused without being sent', async () => {
  const { clock, add, sends, outcomes } = setup();
  add(0, { ttlMs: 0 });
  add(0, { ttlMs: -5 });
  await clock.advance(20);
  assert.deepEqual(outcomes, { 0: 'TIMEOUT at 0', 1: 'TIMEOUT at 0' });
  assert.equal(sends.length, 0);
});

test('a full queue refuses at once, and accepts records again when it has room', async () => {
  const { clock, add, last, outcomes } = setup({ maxQueueBytes: 250 });
  add(0);
  add(0);
  add(0);
  await clock.advance(1);
  assert.equal(outcomes[2], 'QUEUE_FULL at 0');
  assert.equal(Object.keys(outcomes).length, 1);
  last().resolve();
  await clock.advance(1);
  add(0);
  await clock.advance(1);
  last().resolve();
  await clock.advance(1);
  assert.equal(outcomes[3], 'acked at 3');
});

test('a batch is limited per partition and in total, and no partition is starved', async () => {
  const { clock, add, sends, last, batcher } = setup();
  for (let i = 0; i < 3_000; i++) add(0, { bytes: 1_000 });
  for (let partition = 1; partition < 6; partition++) for (let i = 0; i < 900; i++) add(partition, { bytes: 1_000 });
  const seen: number[] = [];
  while (batcher.bytes > 0) {
    await clock.advance(1);
    assert.ok(last().records.length <= 2_000);
    for (const records of Map.groupBy(last().records, ({ partition }) => partition).values()) {
      assert.ok(records.length <= 900, `${records.length}`);
    }
    seen.push(...last().partitions);
    last().resolve();
    await clock.advance(0);
  }
  assert.ok(seen.lastIndexOf(0) > seen.indexOf(5), 'the long queue takes turns with the others');
  assert.equal(sends.flatMap(({ records }) => records).length, 7_500);
});

test('a record larger than a batch goes alone', async () => {
  const { clock, add, sends, last, ids } = setup();
  add(0);
  add(0, { bytes: 5_000_000 });
  add(1);
  for (let i = 0; i < 3; i++) {
    await clock.advance(1);
    last().resolve();
  }
  await clock.advance(1);
  assert.deepEqual(sends.flatMap(ids).sort(), [0, 1, 2]);
  assert.ok(sends.some((send) => ids(send).length === 1 && ids(send)[0] === 1));
});

test('a record that the broker refuses is found by bisection; the others arrive', async () => {
  const poison = new Set([37, 38, 90]);
  const { clock, add, sends, outcomes, rejoined } = setup({
    answer(send) {
      if (send.records.some(({ timestamp }) => poison.has(timestamp))) {
        send.reject(new DeliveryError('TOO_LARGE', 'too large'));
      } else send.resolve();
    },
  });
  for (let i = 0; i < 100; i++) add(0);
  await clock.advance(100);
  for (let id = 0; id < 100; id++) {
    assert.match(outcomes[id] as string, poison.has(id) ? /^TOO_LARGE/ : /^acked/);
  }
  assert.ok(sends.length < 40, `${sends.length} attempts`);
  assert.deepEqual(rejoined.at(-1), 0);
});

test('a topic that the broker refuses costs one attempt, and only its own records', async () => {
  const { clock, add, sends, outcomes } = setup({
    answer(send) {
      if (send.partitions.includes(0)) send.reject(new DeliveryError('REFUSED', 'no right to write'));
      else send.resolve();
    },
  });
  for (let i = 0; i < 50; i++) add(0);
  add(1);
  await clock.advance(100);
  for (let id = 0; id < 50; id++) assert.match(outcomes[id] as string, /^REFUSED/);
  assert.match(outcomes[50] as string, /^acked/);
  assert.equal(sends.length, 3);
});

test('a client that throws instead of rejecting counts as failed', async () => {
  const clock = createSimulatedClock();
  let calls = 0;
  const batcher = createBatcher({
    clock,
    maxQueueBytes: 1_000,
    sendBatch: () => {
      if (calls++ === 0) throw new Error('thrown');
      return Promise.resolve();
    },
  });
  const settled: unknown[] = [];
  const record = { topic: 't', partition: 0, key: null, value: null, headers: {}, timestamp: 0 };
  batcher.add(record, 1, 1_000, (error) => settled.push(error));
  await clock.advance(100);
  assert.deepEqual(settled, [undefined]);
  assert.equal(calls, 2);
});

test('closing sends queued records, refuses new ones, and resolves when all are settled', async () => {
  const { clock, add, last, batcher, outcomes } = setup();
  add(0);
  add(1, { ttlMs: 100 });
  await clock.advance(1);
  let closed = false;
  batcher.close().then(() => {
    closed = true;
  });
  add(0);
  await clock.advance(150);
  assert.deepEqual(outcomes, { 1: 'TIMEOUT at 100', 2: 'CLOSED at 1' });
  assert.equal(closed, false);
  last().resolve();
  await clock.advance(1);
  assert.equal(closed, true);
  await batcher.close();
});
