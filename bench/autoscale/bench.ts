import { setTimeout as sleep } from 'node:timers/promises';
import { createSampleEvent } from '@switchboard/cli/sample-event';
import { sendEvents } from '@switchboard/cli/send-events';
import { readDeployConfig } from '@switchboard/deploy/config';
import { type Program, runProgram } from '@switchboard/deploy/fixtures/program';
import { instancesQuery, LEAST, POLL_SECONDS } from '@switchboard/deploy/kubernetes/scaling';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { register } from '@switchboard/deploy/register';
import { scriptOf } from '@switchboard/deploy/services';
import { freePort, type Stack, startStack } from '@switchboard/stack';
import { until } from '@switchboard/stack/until';
import { startPrometheus } from '@switchboard/tests/prometheus';
import type { Bench, BenchContext } from '../comparison.ts';
import { type Look, nextNumber } from './autoscaler.ts';
import { startSlowCrm } from './slow-crm.ts';

const SERVICE = 'crm-sync';
const PARTITIONS = 6;
/** Of the CRM; each event needs two requests, so an instance of 16 handlers takes 64 events a second. */
const LATENCY_MS = 125;
const CALM = { rate: 15, seconds: 30 };
const BURST = { rate: 20 * CALM.rate, seconds: 60 };
const LAG_SECONDS = 5;
/** A limit, not a measure. */
const PATIENCE_MS = 300_000;

interface Instance {
  readonly program: Program;
  readonly address: string;
}

/**
 * A burst of twenty times the events for a service whose outside system is slow. A real Prometheus answers the query of
 * our manifests, and instances of the service are added by the rule of Kubernetes' autoscaler. A pod's scheduling is
 * not part of it.
 */
export const autoscale: Bench = async (context) => {
  const { resources, progress, directory } = context;
  progress('Starting Kafka, Prometheus and two instances');
  const stack = await startStack({ directory, ports: 'free' });
  resources.defer(() => stack.stop());
  const crm = resources.use(await startSlowCrm(LATENCY_MS));
  const prometheus = resources.use(await startPrometheus([], { groups: [] }));
  const deploy = readDeployConfig({ LOCAL_DIRECTORY: directory, TOPIC_PARTITIONS: String(PARTITIONS) });
  await register({ brokers: stack.brokers.split(','), registryUrl: { url: stack.registryUrl } }, deploy);
  const ingest = await startInstance('ingest', stack, context, {
    ...(await localSourceVariables(deploy)),
    SOURCES_FILE: deploy.SOURCES_FILE,
  });

  const instances: Instance[] = [];
  async function scaleTo(count: number): Promise<void> {
    const added = Array.from({ length: count - instances.length }, () =>
      startInstance(SERVICE, stack, context, { CRM: 'http', HTTP_URL: crm.url }),
    );
    instances.push(...(await Promise.all(added)));
    for (const { program } of instances.splice(count)) program.child.kill('SIGTERM');
    await prometheus.alsoScrape(instances.map(({ address }) => address));
  }
  const figureOf = async (query: string): Promise<number | undefined> => {
    const [sample] = await prometheus.query(query);
    return sample === undefined ? undefined : Number(sample.value[1]);
  };
  const lag = () => figureOf(`max(kafka_consumergroup_lag_seconds{service="${SERVICE}"})`);

  await scaleTo(LEAST);
  const startedAt = performance.now();
  const now = (): number => (performance.now() - startedAt) / 1_000;
  const looks: Look[] = [];
  const numbers: Look[] = [{ at: 0, wanted: LEAST }];
  const ended = new AbortController();
  const lags: Look[] = [];
  async function decide(): Promise<void> {
    const wanted = await figureOf(instancesQuery(SERVICE));
    if (wanted === undefined) return;
    looks.push({ at: now(), wanted });
    const next = nextNumber(looks, numbers, PARTITIONS);
    const seconds = lags.at(-1)?.wanted ?? 0;
    progress(`${now().toFixed(0)} s: lag ${seconds.toFixed(1)} s, ${instances.length} instances, ${next} needed`);
    if (next === instances.length) return;
    await scaleTo(next);
    numbers.push({ at: now(), wanted: next });
  }
  async function follow(): Promise<void> {
    for (let second = 1; !ended.signal.aborted; second += 1) {
      await sleep(1_000);
      lags.push({ at: now(), wanted: (await lag()) ?? 0 });
      if (second % POLL_SECONDS === 0) await decide();
    }
  }
  const following = follow();
  const send = ({ rate, seconds }: typeof CALM) =>
    sendEvents({
      url: `http://${ingest.address}`,
      secret: 'local-secret',
      count: rate * seconds,
      rate,
      next: () => createSampleEvent('lead.captured', { email: `lead-${Math.random()}@example.com` }),
      onAnswer: ({ status }) => {
        if (status !== 200) throw new Error(`An event was not accepted: ${status}`);
      },
    });

  await send(CALM);
  await send(BURST);
  await send(CALM);
  await until(
    'the backlog is gone',
    async () => ((await lag()) ?? Number.POSITIVE_INFINITY) < LAG_SECONDS,
    PATIENCE_MS,
  );
  // Long enough for a needless change to show.
  await send({ ...CALM, seconds: 60 });
  ended.abort();
  await following;
  const grown = numbers[1]?.at ?? Number.NaN;
  const behind = lags.findLast(({ wanted }) => wanted >= LAG_SECONDS)?.at ?? grown;
  return [
    { what: 'Instances, at most', ours: [Math.max(...numbers.map(({ wanted }) => wanted))], unit: '' },
    { what: 'Lag, at most', ours: [Math.max(...lags.map(({ wanted }) => wanted))], unit: 's' },
    {
      what: `From the first new instance until the lag is below ${LAG_SECONDS} s`,
      ours: [behind - grown],
      unit: 's',
      atMost: 60,
    },
    { what: 'Changes of the number', ours: [numbers.length - 1], unit: '', atMost: 3 },
  ];
};

async function startInstance(
  name: string,
  { brokers, registryUrl, redisUrl }: Stack,
  { resources }: BenchContext,
  variables: Readonly<Record<string, string>>,
): Promise<Instance> {
  const address = `127.0.0.1:${await freePort()}`;
  const program = runProgram(scriptOf({ name }), [], {
    KAFKA_BROKERS: brokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    REDIS_URL: redisUrl,
    PORT: address.split(':')[1] as string,
    ...variables,
  });
  resources.defer(async () => {
    program.child.kill('SIGTERM');
    await program.exit;
  });
  const isReady = () =>
    fetch(`http://${address}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(`${name} is ready`, isReady, PATIENCE_MS);
  return { program, address };
}
