import { setInterval } from 'node:timers/promises';
import type { Bench } from '../comparison.ts';
import { startIngest } from '../ingest/servers.ts';
import { compareVariants, loadInTurns, startIngestStack } from '../ingest/variants.ts';

const LEAST_RATIO = 0.97;
const SCRAPE_EVERY_MS = 1_000;

/** Ingest that counts and is scraped, and ingest that does not, in turns. */
export const metrics: Bench = async (context) => {
  const stack = await startIngestStack(context);
  const without = `--import=${import.meta.resolve('./without-metrics.ts')}`;
  const [on, off] = await Promise.all([
    startIngest(stack, {}, context),
    startIngest(stack, { NODE_OPTIONS: without }, context),
  ]);
  const results = await loadInTurns({ on, off }, context, async (name, measure) => {
    if (name === 'off') return measure();
    const scraping = new AbortController();
    const scrapes = scrape(on, scraping.signal);
    try {
      return await measure();
    } finally {
      scraping.abort();
      await scrapes;
    }
  });
  return compareVariants('metrics on and scraped', results.on, results.off, { accepted: { atLeast: LEAST_RATIO } });
};

/** More often than any Prometheus does. */
async function scrape(port: number, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of setInterval(SCRAPE_EVERY_MS, undefined, { signal })) {
      await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
