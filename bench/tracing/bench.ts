import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { untraced } from '@switchboard/tracing';
import type { Bench } from '../comparison.ts';
import { startIngest } from '../ingest/servers.ts';
import { compareVariants, loadInTurns, startIngestStack } from '../ingest/variants.ts';

const SPANS_PER_EVENT = 2;
const MOST_NS_OFF = 1_000;

/** Ingest that traces every event, one in a hundred, and none, in alternation. */
export const tracing: Bench = async (context) => {
  const stack = await startIngestStack(context);
  const collector = context.resources.use(await startDrain());
  const on = (ratio: string) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_TRACES_SAMPLER_ARG: ratio,
  });
  const [off, all, few] = await Promise.all([
    startIngest(stack, {}, context),
    startIngest(stack, on('1'), context),
    startIngest(stack, on('0.01'), context),
  ]);
  const arrived: number[] = [];
  const results = await loadInTurns({ off, all, few }, context, async (name, measure, counts) => {
    const before = collector.spans();
    const result = await measure();
    // Remaining spans are sent within a second.
    await sleep(2_000);
    if (counts && name === 'all') arrived.push((collector.spans() - before) / (result.accepted * SPANS_PER_EVENT));
    return result;
  });
  return [
    ...compareVariants('every event traced', results.all, results.off),
    ...compareVariants('one in a hundred traced', results.few, results.off),
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
