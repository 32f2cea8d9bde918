import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../comparison.ts';
import { SECRET, startIngest } from '../ingest/servers.ts';
import { startIngestStack } from '../ingest/variants.ts';
import { percentile } from '../statistics.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { Sending, Sent } from './sender.ts';

const BURST = { count: 100, bytes: 1_000_000, everyMs: 0 };
const SMALL = { count: 600, bytes: 500, everyMs: 10 };
const LEAD_MS = 1_000;

/** 100 bodies of 1 MB at once with small events at 100 a second; the reference is the small events alone. */
export const burst: Bench = async (context) => {
  const stack = await startIngestStack(context);
  const port = await startIngest(stack, {}, context);
  const script = join(import.meta.dirname, 'sender.ts');
  const start = (): Worker<Sending, Sent> => context.resources.use(startWorker(script, [SECRET]));
  const [large, small] = [start(), start()];
  const bursts: Sent[] = [];
  const meanwhile: Sent[] = [];
  const alone: Sent[] = [];
  // The first round warms up the compiler and does not count.
  for (let round = 0; round <= context.rounds; round += 1) {
    const calm = await small.do({ port, run: `calm-${round}`, ...SMALL });
    const busy = small.do({ port, run: `busy-${round}`, ...SMALL });
    await sleep(LEAD_MS);
    const all = await large.do({ port, run: `large-${round}`, ...BURST });
    if (round > 0) alone.push(calm);
    if (round > 0) meanwhile.push(await busy);
    if (round > 0) bursts.push(all);
    context.progress(
      `round ${round}: ${JSON.stringify(all.answers)} in ${all.ms.toFixed(0)} ms, small ${JSON.stringify((await busy).answers)}`,
    );
  }
  const part = (sent: Sent, of: number): number => ((sent.answers['200'] ?? 0) / of) * 100;
  const count = (sent: Sent, text: string): number =>
    Object.entries(sent.answers).reduce((sum, [answer, times]) => sum + (answer.includes(text) ? times : 0), 0);
  return [
    { what: 'Accepted of 100 bodies of 1 MB at once', ours: bursts.map((sent) => part(sent, 100)), unit: '%' },
    { what: 'the same, 503 for lack of room', ours: bursts.map((sent) => count(sent, 'in flight')), unit: '%' },
    {
      what: 'the same, 503 because of Kafka',
      ours: bursts.map((sent) => count(sent, 'in time')),
      unit: '%',
      atMost: 0,
    },
    { what: 'Time until all are answered', ours: bursts.map(({ ms }) => ms), unit: 'ms' },
    {
      what: 'Small events accepted meanwhile',
      ours: meanwhile.map((sent) => part(sent, SMALL.count)),
      unit: '%',
      atLeast: 100,
    },
    {
      what: 'p99 of small events meanwhile, vs alone',
      ours: meanwhile.map(({ accepted }) => percentile(accepted, 0.99)),
      reference: alone.map(({ accepted }) => percentile(accepted, 0.99)),
      unit: 'ms',
    },
  ];
};
