import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { catalogue } from '@switchboard/events';
import { createTopics, registerSchemas } from '@switchboard/kafka';
import { type Stack, startStack } from '@switchboard/stack';
import type { BenchContext, Comparison } from '../comparison.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { ClosedLoop, ClosedLoopResult } from './load/closed-loop.ts';
import type { Load } from './load/worker.ts';
import { SECRET } from './servers.ts';

export const TOPIC = catalogue['conversation.escalated'].topic;
export const PARTITIONS = 12;
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;

/**
 * The dependencies of ingest on separate ports.
 * @param earlier another checkout, whose schemas are older versions of ours and are registered before them
 */
export async function startIngestStack(
  { directory, resources, signal, progress }: BenchContext,
  earlier?: string,
): Promise<Stack> {
  const stack = resources.use(await startStack({ directory, ports: 'free', signal, progress }));
  if (earlier !== undefined) await registerSchemasOf(earlier, stack.registryUrl);
  await registerSchemas(stack.registryUrl);
  await createTopics({ brokers: stack.brokers }, { topics: [TOPIC], partitions: PARTITIONS, replication: 1 });
  return stack;
}

async function registerSchemasOf(tree: string, registryUrl: string): Promise<void> {
  const { href } = pathToFileURL(join(tree, 'packages/kafka/src/index.ts'));
  const kafka = (await import(href)) as { registerSchemas: typeof registerSchemas };
  await kafka.registerSchemas(registryUrl);
}

export type Variant = Pick<ClosedLoop, 'port'> & Partial<Pick<ClosedLoop, 'requests' | 'connections'>>;

/**
 * Measures the throughput of each variant of ingest at 64 connections, in alternation.
 * @param variants ports by name, with what is sent to them
 * @param around wraps one measurement; `counts` is false for a warm-up
 */
export async function loadInTurns<Name extends string>(
  variants: Readonly<Record<Name, number | Variant>>,
  { rounds, seconds, resources, progress, apiKey = '' }: BenchContext & { apiKey?: string },
  around: (name: Name, measure: () => Promise<ClosedLoopResult>, counts: boolean) => Promise<ClosedLoopResult> = (
    _,
    measure,
  ) => measure(),
): Promise<Record<Name, ClosedLoopResult[]>> {
  const loads: Worker<Load, ClosedLoopResult> = resources.use(
    startWorker(new URL('load/worker.ts', import.meta.url).pathname, [SECRET, apiKey]),
  );
  const names = Object.keys(variants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, ClosedLoopResult[]>;
  // The first round warms up the compiler and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    // The order alternates, because the machine may differ for the first and the second variant.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const variant = variants[name];
      const { port, ...more } = typeof variant === 'number' ? { port: variant } : (variant as Variant);
      const load = { connections: CONNECTIONS, warmUpSeconds: WARM_UP_SECONDS, seconds, port, ...more };
      const result = await around(name, () => loads.do({ kind: 'closed', ...load }), round > 0);
      if (round > 0) results[name].push(result);
      const { acceptedPerSecond, cpuPerAccepted } = result;
      progress(`round ${round}, ${name}: ${acceptedPerSecond.toFixed(0)} /s, ${cpuPerAccepted.toFixed(1)} µs CPU each`);
    }
  }
  return results;
}

/** Accepted events and CPU per event, with a feature and without it. */
export function compareVariants(
  what: string,
  ours: readonly ClosedLoopResult[],
  reference: readonly ClosedLoopResult[],
  limits: { accepted?: Pick<Comparison, 'atLeast'>; cpu?: Pick<Comparison, 'atMost'> } = {},
): Comparison[] {
  const of = (value: (result: ClosedLoopResult) => number) => ({
    ours: ours.map(value),
    reference: reference.map(value),
  });
  return [
    { what: `Accepted, ${what}`, ...of(({ acceptedPerSecond }) => acceptedPerSecond), unit: '/s', ...limits.accepted },
    {
      what: `CPU per accepted event, ${what}`,
      ...of(({ cpuPerAccepted }) => cpuPerAccepted),
      unit: 'µs',
      ...limits.cpu,
    },
  ];
}
