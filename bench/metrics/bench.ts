import { setInterval } from 'node:timers/promises';
import type { Bench } from '../comparison.ts';
import { startIngest } from '../ingest/servers.ts';
import { compareVariants, loadInTurns, startIngestStack } from '../ingest/variants.ts';

const LEAST_RATIO = 0.97;
/** The interval of deploy/prometheus. */
const SCRAPE_EVERY_MS = 10_000;

/** Ingest as deployed, without metrics and scrapes, and without its line in the log for each event, in alternation. */
export const metrics: Bench = async (context) => {
  const stack = await startIngestStack(context);
  const without = `--import=${import.meta.resolve('./without-metrics.ts')}`;
  const [on, off, unlogged] = await Promise.all([
    startIngest(stack, {}, context),
    startIngest(stack, { NODE_OPTIONS: without }, context),
    startIngest(stack, { LOG_SAMPLE: '0' }, context),
  ]);
  const scraping = new AbortController();
  const scrapes = scrape(on, scraping.signal);
  context.resources.defer(async () => {
    scraping.abort();
    await scrapes;
  });
  const results = await loadInTurns({ on, off, unlogged }, context);
  const accepted = { atLeast: LEAST_RATIO };
  return [
    ...compareVariants('metrics on and scraped', results.on, results.off, { accepted }),
    ...compareVariants('a line in the log for each event', results.on, results.unlogged, { accepted }),
  ];
};

async function scrape(port: number, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of setInterval(SCRAPE_EVERY_MS, undefined, { signal })) {
      await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
