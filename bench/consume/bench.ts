import { registerSchemas } from '@switchboard/kafka';
import { startStack } from '@switchboard/stack';
import type { Bench, Comparison } from '../comparison.ts';
import { fillTopic, keyName } from './load.ts';
import { memoryComparisons } from './memory.ts';
import { buildPeer, type ConsumerBench, runConsumer, runPeer } from './run.ts';
import { runTogether } from './together.ts';

const CONCURRENCY = 16;

/** The consumer runtime against a bare kafkajs loop, and against Confluent's Parallel Consumer in KEY order. */
export const consume: Bench = async ({ rounds, minutes, directory, profiling, resources, progress }) => {
  const stack = resources.use(await startStack({ directory, ports: 'free', progress }));
  await registerSchemas(stack.registryUrl);
  const bench: ConsumerBench = { stack, profiling };
  progress('Building the Java peer');
  await buildPeer();
  // A minute of reading suffices for a quick run; the full measurement is a backlog of a million.
  const backlog = Math.round(1_000_000 * Math.min(minutes / 5, 1));
  progress('Concurrency');
  const comparisons = [await concurrency(bench, rounds)];
  progress('Overhead');
  comparisons.push(...(await overhead(bench, rounds, 100_000)));
  progress('Scaling');
  comparisons.push(await scaling(bench, Math.min(rounds, 3)));
  progress('Isolation');
  comparisons.push(await isolation(bench, Math.min(rounds, 3)));
  progress(`Memory over a backlog of ${backlog} events`);
  comparisons.push(...(await memory(bench, backlog)));
  return comparisons;
};

/** 10,000 events of 1,000 keys in one partition; the handler waits 0–5 ms; against Parallel Consumer in KEY order. */
async function concurrency(bench: ConsumerBench, rounds: number): Promise<Comparison> {
  const load = { events: 10_000, concurrency: CONCURRENCY, maxWaitMs: 5 };
  const topic = await fillTopic(bench.stack, { partitions: 1, keys: 1_000, events: load.events });
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    reference.push((await runPeer(bench.stack, { topic, ...load })).ms);
    ours.push((await runConsumer(bench, { mode: 'ours', topic, ...load, failingKeys: [] })).ms);
  }
  return {
    what: 'Time for 10,000 events that wait 0–5 ms, 16 at once, vs Parallel Consumer',
    ours,
    reference,
    unit: 'ms',
    atMost: 1,
  };
}

/**
 * A handler that does nothing, 12 partitions, everything on; against a bare kafkajs loop and Parallel Consumer, also
 * with two processes of a group, which share a backlog that outlasts the measurement.
 */
async function overhead(bench: ConsumerBench, rounds: number, events: number): Promise<Comparison[]> {
  const load = { events, concurrency: CONCURRENCY, maxWaitMs: 0 };
  const topic = await fillTopic(bench.stack, { partitions: 12, keys: 1_000, events });
  const backlog = await fillTopic(bench.stack, { partitions: 12, keys: 1_000, events: 4 * events });
  const perSecond = (ms: number): number => events / (ms / 1_000);
  const ours: number[] = [];
  const two: number[] = [];
  const bare: number[] = [];
  const peer: number[] = [];
  const cpu: number[] = [];
  const cpuOfPeer: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(perSecond((await runConsumer(bench, { mode: 'bare', topic, ...load, failingKeys: [] })).ms));
    const theirs = await runPeer(bench.stack, { topic, ...load });
    peer.push(perSecond(theirs.ms));
    cpuOfPeer.push((theirs.cpuMs * 1_000) / events);
    const result = await runConsumer(bench, { mode: 'ours', topic, ...load, failingKeys: [] });
    ours.push(perSecond(result.ms));
    cpu.push((result.cpuMs * 1_000) / events);
    two.push(await runTogether(bench, 2, { ...load, topic: backlog }));
  }
  const what = 'No-op events/s, 12 partitions';
  return [
    { what: `${what}, vs a bare kafkajs loop`, ours, reference: bare, unit: '/s', atLeast: 0.2 },
    { what: `${what}, vs Parallel Consumer`, ours, reference: peer, unit: '/s', atLeast: 1.2 },
    { what: `${what}, two processes, vs Parallel Consumer`, ours: two, reference: peer, unit: '/s', atLeast: 1.8 },
    {
      what: 'CPU of a no-op event, vs Parallel Consumer',
      ours: cpu,
      reference: cpuOfPeer,
      unit: 'µs',
      atMost: 0.5,
    },
  ];
}

/** Four processes against one, when the handler waits 0–25 ms, as for an outside system. */
async function scaling(bench: ConsumerBench, rounds: number): Promise<Comparison> {
  const topic = await fillTopic(bench.stack, { partitions: 12, keys: 1_000, events: 100_000 });
  const load = { topic, concurrency: CONCURRENCY, maxWaitMs: 25 };
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    reference.push(await runTogether(bench, 1, { ...load, events: 10_000 }));
    ours.push(await runTogether(bench, 4, { ...load, events: 40_000 }));
  }
  return {
    what: 'Events/s that wait 0–25 ms, 16 at once in each process, four processes vs one',
    ours,
    reference,
    unit: '/s',
    atLeast: 3.6,
  };
}

/** Throughput of the other keys while 1 % of the keys always fail, compared with a run without failures. */
async function isolation(bench: ConsumerBench, rounds: number): Promise<Comparison> {
  const [keys, events] = [1_000, 50_000];
  const failingKeys = Array.from({ length: keys / 100 }, (_, index) => keyName(index * 100));
  const others = events - (events / keys) * failingKeys.length;
  const topic = await fillTopic(bench.stack, { partitions: 12, keys, events });
  const load = { mode: 'ours', topic, concurrency: CONCURRENCY, maxWaitMs: 2 } as const;
  const ours: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const healthy = await runConsumer(bench, { ...load, events, failingKeys: [] });
    const failing = await runConsumer(bench, { ...load, events: others, failingKeys });
    reference.push(events / (healthy.ms / 1_000));
    ours.push(others / (failing.ms / 1_000));
  }
  return {
    what: 'Events/s of the healthy keys while 1 % of keys always fail, vs none failing',
    ours,
    reference,
    unit: '/s',
    atLeast: 0.9,
  };
}

/** Resident memory over a large backlog of events of about 1 KB. */
async function memory(bench: ConsumerBench, events: number): Promise<Comparison[]> {
  const topic = await fillTopic(bench.stack, { partitions: 12, keys: 10_000, events, textLength: 700 });
  const load = { mode: 'ours', topic, events, concurrency: CONCURRENCY, maxWaitMs: 0, failingKeys: [] } as const;
  const { rss } = await runConsumer(bench, load);
  return memoryComparisons(`Memory over a backlog of ${events.toLocaleString('en-US')} events`, rss);
}
