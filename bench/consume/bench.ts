import type { Stack } from '@switchboard/local';
import { fillTopic, keyName } from './load.ts';
import { buildPeer, runConsumer, runPeer } from './run.ts';

export interface Comparison {
  readonly what: string;
  readonly ours: readonly number[];
  readonly reference: readonly number[];
  readonly unit: string;
  /** ours ÷ reference must not be above `atMost`, or not below `atLeast`. */
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly note?: string;
}

const CONCURRENCY = 16;

/** 10,000 events of 1,000 keys in one partition; the handler waits 0–5 ms; against Parallel Consumer in KEY order. */
export async function concurrency(stack: Stack, rounds: number): Promise<Comparison> {
  await buildPeer();
  const load = { events: 10_000, concurrency: CONCURRENCY, maxWaitMs: 5 };
  const topic = await fillTopic(stack, { partitions: 1, keys: 1_000, events: load.events });
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    reference.push(await runPeer(stack, { topic, ...load }));
    ours.push((await runConsumer(stack, { mode: 'ours', topic, ...load, failingKeys: [] })).ms);
  }
  return {
    what: 'Time for 10,000 events that wait 0–5 ms, 16 at once, vs Parallel Consumer',
    ours,
    reference,
    unit: 'ms',
    atMost: 1,
  };
}

/** A handler that does nothing, 12 partitions, everything on; against a bare kafkajs loop and Parallel Consumer. */
export async function overhead(stack: Stack, rounds: number, events: number): Promise<Comparison[]> {
  await buildPeer();
  const load = { events, concurrency: CONCURRENCY, maxWaitMs: 0 };
  const topic = await fillTopic(stack, { partitions: 12, keys: 1_000, events });
  const perSecond = (ms: number): number => events / (ms / 1_000);
  const ours: number[] = [];
  const bare: number[] = [];
  const peer: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(perSecond((await runConsumer(stack, { mode: 'bare', topic, ...load, failingKeys: [] })).ms));
    peer.push(perSecond(await runPeer(stack, { topic, ...load })));
    const result = await runConsumer(stack, { mode: 'ours', topic, ...load, failingKeys: [] });
    ours.push(perSecond(result.ms));
    cpu.push((result.cpuMs * 1_000) / events);
  }
  const note = `${Math.min(...cpu).toFixed(0)}–${Math.max(...cpu).toFixed(0)} µs CPU an event`;
  return [
    {
      what: 'No-op events/s, 12 partitions, vs a bare kafkajs loop',
      ours,
      reference: bare,
      unit: '/s',
      atLeast: 0.2,
      note,
    },
    { what: 'No-op events/s, 12 partitions, vs Parallel Consumer', ours, reference: peer, unit: '/s', atLeast: 1.5 },
  ];
}

/** Throughput of the other keys while 1 % of the keys fail for ever; against a run without failures. */
export async function isolation(stack: Stack, rounds: number): Promise<Comparison> {
  const [keys, events] = [1_000, 50_000];
  const failingKeys = Array.from({ length: keys / 100 }, (_, index) => keyName(index * 100));
  const others = events - (events / keys) * failingKeys.length;
  const topic = await fillTopic(stack, { partitions: 12, keys, events });
  const load = { mode: 'ours', topic, concurrency: CONCURRENCY, maxWaitMs: 2 } as const;
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const healthy = await runConsumer(stack, { ...load, events, failingKeys: [] });
    const failing = await runConsumer(stack, { ...load, events: others, failingKeys });
    reference.push(events / (healthy.ms / 1_000));
    ours.push(others / (failing.ms / 1_000));
  }
  return {
    what: 'Events/s of the healthy keys while 1 % of keys fail for ever, vs none failing',
    ours,
    reference,
    unit: '/s',
    atLeast: 0.9,
  };
}

/** Resident memory over a large backlog of events of about 1 KB. */
export async function memory(stack: Stack, events: number): Promise<{ most: number; growth: number; seconds: number }> {
  const topic = await fillTopic(stack, { partitions: 12, keys: 10_000, events, textLength: 700 });
  const { rss } = await runConsumer(stack, {
    mode: 'ours',
    topic,
    events,
    concurrency: CONCURRENCY,
    maxWaitMs: 0,
    failingKeys: [],
  });
  const half = rss.slice(Math.floor(rss.length / 2));
  const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const quarter = Math.max(Math.floor(half.length / 2), 1);
  return {
    most: Math.max(...rss),
    growth: average(half.slice(-quarter)) - average(half.slice(0, quarter)),
    seconds: rss.length,
  };
}
