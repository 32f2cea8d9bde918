import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey } from '@switchboard/callers';
import type { Bench } from '../comparison.ts';
import { SECRET, startIngest } from '../ingest/servers.ts';
import { compareVariants, loadInTurns, startIngestStack } from '../ingest/variants.ts';

const MOST_CPU_MAPPED = 1.1;
const LEAST_BATCHED = 3;
const LEAST_BATCHED_EVENTS = 60_000;
/** Enough to keep ingest busy; 64 batches of 100 KB at once would only fill its memory. */
const BATCH_CONNECTIONS = 4;

/** What a mapping costs, and what batches of the events API save, against single webhooks whose fields need no mapping. */
export const senders: Bench = async (context) => {
  const stack = await startIngestStack(context);
  const apiKey = createApiKey('bench');
  const SOURCES_FILE = join(context.directory, 'sources.yaml');
  await mkdir(context.directory, { recursive: true });
  await writeFile(
    SOURCES_FILE,
    `sources:
  escalation: { tenant: bench, scheme: platform, secrets: [{ env: BENCH_SECRET }], insecureSecrets: true }
  client: { tenant: bench, scheme: api, secrets: [{ env: BENCH_API_KEY }] }
`,
  );
  const port = await startIngest(stack, { SOURCES_FILE, BENCH_SECRET: SECRET, BENCH_API_KEY: apiKey }, context);
  const { plain, mapped, batch } = await loadInTurns(
    {
      plain: { port, requests: 'plain' },
      mapped: { port, requests: 'mapped' },
      batch: { port, requests: 'batch', connections: BATCH_CONNECTIONS },
    },
    { ...context, apiKey },
  );
  return [
    ...compareVariants('fields mapped, vs not', mapped, plain, { cpu: { atMost: MOST_CPU_MAPPED } }),
    ...compareVariants('batches of 100, vs single webhooks', batch, plain, { accepted: { atLeast: LEAST_BATCHED } }),
    {
      what: 'Events a second in batches of 100',
      note: 'a Rust peer publishes 28,500 single webhooks a second',
      ours: batch.map(({ acceptedPerSecond }) => acceptedPerSecond),
      unit: '/s',
      atLeast: LEAST_BATCHED_EVENTS,
    },
  ];
};
