import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { catalogue } from '@switchboard/events';
import { createTopics, registerSchemas } from '@switchboard/kafka';
import { startStack } from '@switchboard/local';
import { untraced } from '@switchboard/tracing';
import type { Bench, Comparison } from '../comparison.ts';
import type { ClosedLoopResult } from '../ingest/load/closed-loop.ts';
import type { Load } from '../ingest/load/worker.ts';
import { SECRET, startIngest } from '../ingest/servers.ts';
import { startWorker, type Worker } from '../worker.ts';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;
const SPANS_PER_EVENT = 2;
const MOST_NS_OFF = 1_000;

/** Ingest that traces every event, one in a hundred, and none, in turns. */
export const tracing: Bench = async (context) => {
  const { directory, resources, signal, rounds, seconds, progress } = context;
  const stack = resources.use(await startStack({ directory, ports: 'free', signal, progress }));
  await registerSchemas(stack.registryUrl);
  const { topic } = catalogue['conversation.escalated'];
  await createTopics({ brokers: stack.brokers }, { topics: [topic], partitions: 12, replication: 1 });
  const collector = resources.use(await startDrain());
  const on = (ratio: string) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER_ARG: ratio,
  });
  const [off, all, few] = await Promise.all(
    [{}, on('1'), on('0.01')].map((variables) => startIngest(stack, variables, context)),
  );
  const servers = { off, all, few } as Readonly<Record<'off' | 'all' | 'few', number>>;
  const loads: Worker<Load, ClosedLoopResult> = resources.use(
    startWorker(new URL('../ingest/load/worker.ts', import.meta.url).pathname, [SECRET]),
  );

  const results: Record<keyof typeof servers, ClosedLoopResult[]> = { off: [], all: [], few: [] };
  const arrived: number[] = [];
  // The first round is for the compiler, and does not count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of ['off', 'all', 'few'] as const) {
      const before = collector.spans();
      const load = { connections: CONNECTIONS, warmUpSeconds: WARM_UP_SECONDS, seconds, port: servers[name] };
      const result = await loads.do({ kind: 'closed', ...load });
      if (round > 0) results[name].push(result);
      // What is left is sent within a second.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      if (round > 0 && name === 'all') arrived.push((collector.spans() - before) / (result.accepted * SPANS_PER_EVENT));
      const { acceptedPerSecond, cpuPerAccepted } = result;
      progress(`round ${round}, ${name}: ${acceptedPerSecond.toFixed(0)} /s, ${cpuPerAccepted.toFixed(1)} µs CPU each`);
    }
  }

  const rows: [name: 'all' | 'few', what: string][] = [
    ['all', 'every event traced'],
    ['few', 'one in a hundred traced'],
  ];
  return [
    ...rows.flatMap(([name, what]): Comparison[] => {
      const of = (value: (result: ClosedLoopResult) => number) => ({
        ours: results[name].map(value),
        reference: results.off.map(value),
      });
      return [
        { what: `Accepted, ${what}`, ...of(({ acceptedPerSecond }) => acceptedPerSecond), unit: '/s' },
        { what: `CPU per accepted event, ${what}`, ...of(({ cpuPerAccepted }) => cpuPerAccepted), unit: 'µs' },
      ];
    }),
    { what: 'Spans that arrived, every event traced', ours: arrived.map((part) => part * 100), unit: '%' },
    { what: 'A span where nothing is traced', ours: [await nanosecondsOff()], unit: 'ns', atMost: MOST_NS_OFF },
  ];
};

async function nanosecondsOff(): Promise<number> {
  const count = 1_000_000;
  const work = async (): Promise<void> => {};
  const measure = async (span: () => Promise<void>): Promise<number> => {
    const since = performance.now();
    for (let i = 0; i < count; i += 1) await span();
    return ((performance.now() - since) * 1e6) / count;
  };
  const spanned = () => untraced.span({ kind: 'client', name: 'POST crm', attributes: () => ({}) }, work);
  await measure(spanned);
  return Math.max((await measure(spanned)) - (await measure(work)), 0);
}

/** A collector that only counts. */
async function startDrain(): Promise<AsyncDisposable & { endpoint: string; spans(): number }> {
  let spans = 0;
  const server = createServer(async (request, response) => {
    spans += (await text(request)).split('"spanId":').length - 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
