import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPostgresDatabase } from '@switchboard/database/fixtures';
import { catalogue } from '@switchboard/events';
import { createTopics, registerSchemas } from '@switchboard/kafka';
import { startStack } from '@switchboard/stack';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import type { Bench } from '../comparison.ts';
import { type ConsumerBench, runMeasured } from '../consume/run.ts';
import type { FlowsResult, FlowsTask } from './consumer.ts';
import { fillWithSets } from './load.ts';

/** A join with a variable and a message for each set: what a flow usually does. */
const FLOWS = `
messages:
  confirmed: { en: 'Order \${key} is confirmed.' }
flows:
  confirmed:
    version: 1
    all: [payment.confirmed, inventory.reserved]
    correlate: event.orderId
    within: 1h
    set: { user.latestOrderStatus: '"confirmed"' }
    then: { message: confirmed }
    once: key
`;

/** Events a second of a join, with one process, on each database; against a consumer whose handlers do nothing. */
export const flows: Bench = async ({ rounds, seconds, directory, profiling, resources, progress }) => {
  const stack = resources.use(await startStack({ directory: join(directory, 'stack'), ports: 'free', progress }));
  const postgres = resources.use(await startPostgres());
  await registerSchemas(stack.registryUrl);
  const topics = [catalogue['message.requested'].topic, catalogue['flow.timeout'].topic];
  await createTopics({ brokers: stack.brokers }, { topics, partitions: 12, replication: 1 });
  const path = join(directory, 'flows.yaml');
  await mkdir(directory, { recursive: true });
  await writeFile(path, FLOWS);

  const measured: Record<'noop' | 'embedded' | 'postgres', number[]> = { noop: [], embedded: [], postgres: [] };
  for (let round = 0; round < rounds; round += 1) {
    progress(`Round ${round + 1} of ${rounds}`);
    const small = Math.round(seconds * 500);
    const large = Math.round(seconds * 2_000);
    const topic = await fillWithSets(stack, large);
    const measure = { stack, topic, events: 2 * large, profiling };
    measured.noop.push(await perSecond({ ...measure, mode: 'noop', variables: { FLOWS: path } }));
    measured.postgres.push(await perSecond({ ...measure, mode: 'flows', variables: await onPostgres(path, postgres) }));
    const smaller = { ...measure, topic: await fillWithSets(stack, small), events: 2 * small };
    const variables = { FLOWS: path, DATABASE_FOLDER: join(directory, `embedded-${round}`) };
    measured.embedded.push(await perSecond({ ...smaller, mode: 'flows', variables }));
  }
  const note = `no-op consumer in the same run: ${Math.round(Math.max(...measured.noop)).toLocaleString('en-US')}/s at most`;
  return [
    { what: 'Joined events/s on Postgres', ours: measured.postgres, unit: '/s', atLeast: 3_000, note },
    {
      what: 'Joined events/s on Postgres, vs a no-op consumer',
      ours: measured.postgres,
      reference: measured.noop,
      unit: '/s',
    },
    { what: 'Joined events/s on the embedded database', ours: measured.embedded, unit: '/s', atLeast: 500 },
  ];
};

const onPostgres = async (path: string, postgres: Postgres): Promise<Record<string, string>> => ({
  FLOWS: path,
  DATABASE_URL: await createPostgresDatabase(postgres),
});

interface Measure extends ConsumerBench, Pick<FlowsTask, 'mode' | 'topic' | 'events' | 'variables'> {}

async function perSecond({ stack, profiling, ...task }: Measure): Promise<number> {
  const path = new URL('consumer.ts', import.meta.url).pathname;
  const { ms } = await runMeasured<FlowsResult>({ stack, profiling }, task, path);
  return task.events / (ms / 1_000);
}
