import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costOf } from './cost.ts';
import { type Demand, type Figures, planSize } from './plan.ts';
import { DEFAULT_DEMAND, DEFAULT_PRICES } from './render.ts';

const figures: Figures = {
  measured: { events: 1, machine: '' },
  cpuSeconds: { ingest: 100, notifier: 300, flows: 60, kafka: 100, redis: 30 },
  handled: { notifier: 0.5, flows: 1 },
  bytes: { kafka: 1e9, redis: 5e8 },
};

const demand = (more: Partial<Demand> = {}): Demand => ({
  ...DEFAULT_DEMAND,
  handlerMs: 500,
  rate: 1_000,
  average: 1_000,
  ...more,
});
const sizeOf = (name: string, more: Partial<Demand> = {}) =>
  planSize(figures, demand(more)).services.find((service) => service.name === name);

test('a service has the instances that its CPU time or its waiting takes, and two at least', () => {
  assert.deepEqual(sizeOf('flows'), { name: 'flows', instances: 2, because: 'availability' });
  // 1,000 a second of 100 µs are 0.1 of a core.
  assert.deepEqual(sizeOf('ingest', { rate: 60_000 }), { name: 'ingest', instances: 10, because: 'CPU' });
  // 500 handlers a second of 500 ms are 250 at a time, of which an instance has 16 × 0.6.
  assert.deepEqual(sizeOf('notifier'), { name: 'notifier', instances: 27, because: 'waiting' });
  assert.deepEqual(sizeOf('notifier', { handlerMs: 1 }), { name: 'notifier', instances: 2, because: 'availability' });
});

test('every instance of a consumer service has a partition, and there is room for as many again', () => {
  assert.equal(planSize(figures, demand()).partitions, 96);
  assert.equal(planSize(figures, demand({ rate: 10, average: 10 })).partitions, 6);
});

test('what is kept grows with the average and the days, and with each replica', () => {
  const size = planSize(figures, demand({ average: 100, retentionDays: 2, marksDays: 1 }));
  // 100 a second of 1 KB for two days are 17 GB.
  assert.equal(size.kafkaDiskGb.toFixed(2), '51.84');
  assert.equal(size.redisGb.toFixed(2), '4.32');
});

test('the limit that is reached first is named', () => {
  assert.equal(planSize(figures, demand()).first.what, 'Redis memory');
  const short = { marksDays: 0.001, retentionDays: 0.001, handlerMs: 1 };
  assert.equal(planSize(figures, demand({ ...short, rate: 20_000 })).first.what, 'Redis CPU');
  assert.equal(
    planSize(figures, demand({ ...short, rate: 1_000, handlerMs: 50_000 })).first.what,
    'instances of one service',
  );
  assert.equal(planSize(figures, demand({ ...short, retentionDays: 700 })).first.what, 'disk of a broker');
});

test('more events never need less', () => {
  const rates = Array.from({ length: 200 }, (_, index) => Math.round(1.06 ** index) + index);
  const sizes = rates.map((rate) => planSize(figures, demand({ rate, average: rate })));
  for (const [index, large] of sizes.entries()) {
    const small = sizes[index - 1];
    if (small === undefined) continue;
    assert.ok(small.brokers <= large.brokers);
    assert.ok(small.partitions <= large.partitions);
    for (const [at, { instances }] of small.services.entries()) {
      assert.ok(instances <= (large.services[at]?.instances ?? 0), `${rates[index]} a second`);
    }
  }
});

test('a month costs its cores, memory and disk', () => {
  const size = planSize(figures, demand({ rate: 1, average: 1 }));
  const { cores, memoryGb, month } = costOf(size, DEFAULT_DEMAND, DEFAULT_PRICES);
  // Three services of two instances, three brokers of four cores, one Redis.
  assert.equal(cores, 6 + 12 + 1);
  assert.ok(memoryGb > 3 + 48 && month > cores * DEFAULT_PRICES.core);
});
