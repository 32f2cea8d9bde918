import { join, resolve } from 'node:path';
import type { Bench, Comparison } from '../comparison.ts';
import { fillTopic } from '../consume/load.ts';
import { runConsumer } from '../consume/run.ts';
import { startIngest } from '../ingest/servers.ts';
import { compareVariants, loadInTurns, startIngestStack } from '../ingest/variants.ts';
import { cpuSecondsOf } from '../million/process-cost.ts';

const LEAST_RATIO = 0.97;
const EVENTS = 100_000;

/** This tree against another checkout of the repository (`--tree`), such as the last release: ingest and a no-op consumer. */
export const against: Bench = async (context) => {
  const { tree, rounds, profiling, progress } = context;
  if (tree === undefined) throw new Error('Name the other checkout: npm run bench -- against --tree <folder>');
  const root = resolve(tree);
  const stack = await startIngestStack(context, root);
  const variables = { KAFKA_CLIENT: 'platformatic' };
  const results = await loadInTurns(
    {
      ours: await startIngest(stack, variables, context),
      theirs: await startIngest(stack, variables, context, root),
    },
    context,
  );
  const comparisons: Comparison[] = compareVariants('vs the other tree', results.ours, results.theirs, {
    accepted: { atLeast: LEAST_RATIO },
  });

  const topic = await fillTopic(stack, { partitions: 12, keys: 1_000, events: EVENTS });
  const task = { mode: 'ours', topic, events: EVENTS, concurrency: 16, maxWaitMs: 0, failingKeys: [] } as const;
  const scripts = { ours: undefined, theirs: join(root, 'bench/consume/consumer.ts') };
  const perSecond: Record<keyof typeof scripts, number[]> = { ours: [], theirs: [] };
  const cpu: Record<keyof typeof scripts, number[]> = { ours: [], theirs: [] };
  const redisCpu: Record<keyof typeof scripts, number[]> = { ours: [], theirs: [] };
  const redisPid = stack.redis.pid as number;
  for (let round = 1; round <= rounds; round += 1) {
    const names = ['ours', 'theirs'] as const;
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const redisBefore = await cpuSecondsOf(redisPid);
      const { ms, cpuMs } = await runConsumer({ stack, profiling }, task, scripts[name]);
      redisCpu[name].push((((await cpuSecondsOf(redisPid)) - redisBefore) * 1e6) / EVENTS);
      perSecond[name].push(EVENTS / (ms / 1_000));
      cpu[name].push((cpuMs * 1_000) / EVENTS);
      progress(`round ${round}, consumer of ${name}: ${(EVENTS / (ms / 1_000)).toFixed(0)} /s`);
    }
  }
  return [
    ...comparisons,
    {
      what: 'No-op events/s, 12 partitions, vs the other tree',
      ours: perSecond.ours,
      reference: perSecond.theirs,
      unit: '/s',
      atLeast: LEAST_RATIO,
    },
    { what: 'CPU per consumed event, vs the other tree', ours: cpu.ours, reference: cpu.theirs, unit: 'µs' },
    {
      what: 'CPU of Redis per consumed event, vs the other tree',
      ours: redisCpu.ours,
      reference: redisCpu.theirs,
      unit: 'µs',
    },
  ];
};
