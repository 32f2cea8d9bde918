import { setTimeout as sleep } from 'node:timers/promises';
import { repeating } from '@switchboard/cli/fixtures/repeating';
import { sendEvents } from '@switchboard/cli/send-events';
import { type Figures, readFigures, writeFigures } from '@switchboard/cli/size';
import { handlersOf, services } from '@switchboard/deploy/services';
import { createLogger, createRedis } from '@switchboard/service';
import { type Installation, startInstallation } from '@switchboard/tests/installation';
import type { Bench } from '../comparison.ts';
import { RATE, systems } from '../flow/bench.ts';
import { createTraffic, optIns } from '../flow/traffic.ts';
import { describeMachine } from '../machine.ts';
import { drained } from './drained.ts';
import { bytesKeptBy, cpuSecondsOf } from './process-cost.ts';

const MILLION = 1_000_000;
const OUTSIDE_LATENCY_MS = 20;
const IDLE_SECONDS = 15;
/** Traffic repeats itself after so many events. */
const TURNS = 20;

/**
 * What a million events cost: the CPU time of every process and the bytes that Kafka and Redis keep, of everything that
 * `npm start` runs. Less is measured, without the CPU time of idle processes, and scaled.
 */
export const million: Bench = async ({ minutes, resources, progress, write }) => {
  progress('Starting everything');
  const switchboard = resources.use(await startInstallation({ RATE_PER_HOUR: '1000000' }));
  for (const system of systems) await switchboard.fault({ system, latencyMs: OUTSIDE_LATENCY_MS });
  await switchboard.send(optIns);
  const { stack } = switchboard;
  const connection = { brokers: stack.brokers };
  const redis = createRedis(stack.redisUrl, createLogger('million', 'warn'));
  resources.defer(() => redis.disconnect());
  const [broker] = stack.kafka;
  const pids = new Map([
    ...services.map(({ name }) => [name, switchboard.processOf(name)] as const),
    ['kafka', pidOf(broker)] as const,
    ['redis', pidOf(stack.redis)] as const,
  ]);

  async function measure(): Promise<Measurement> {
    const cpu = new Map<string, number>();
    for (const [name, pid] of pids) cpu.set(name, await cpuSecondsOf(pid));
    const memory = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
    return { at: performance.now(), cpu, kafka: await bytesKeptBy(pidOf(broker)), redis: Number(memory) };
  }

  progress('Warming up');
  await load(switchboard, 10 * RATE);
  await drained(connection);
  const before = await measure();
  const events = Math.round((minutes * 60 * RATE) / TURNS) * TURNS;
  progress(`${events} events, ${RATE} a second`);
  await load(switchboard, events);
  await drained(connection);
  const after = await measure();
  // Measured last, when every process is warm.
  await sleep(IDLE_SECONDS * 1_000);
  const rested = await measure();

  const scale = MILLION / events;
  const cpuSeconds = Object.fromEntries(
    [...pids.keys()].map((name) => {
      const idle = rate(after, rested, name);
      const busy = rate(before, after, name);
      return [name, rounded(Math.max(0, (busy - idle) * seconds(before, after)) * scale)];
    }),
  );
  const figures: Figures = {
    ...(await readFigures()),
    measured: { events, machine: describeMachine() },
    cpuSeconds,
    handled: handledShares(),
    bytes: {
      kafka: rounded((after.kafka - before.kafka) * scale),
      redis: rounded((after.redis - before.redis) * scale),
    },
  };
  if (write) await writeFigures(figures);
  return [
    ...Object.entries(cpuSeconds).map(([name, value]) => ({ what: `CPU time of ${name}`, ours: [value], unit: 's' })),
    { what: 'CPU time of all', ours: [Object.values(cpuSeconds).reduce((sum, value) => sum + value, 0)], unit: 's' },
    { what: 'Kept in Kafka, one replica', ours: [figures.bytes.kafka / MILLION], unit: 'MB' },
    { what: 'Kept in Redis, until it expires', ours: [figures.bytes.redis / MILLION], unit: 'MB' },
  ];
};

/** Sends on a schedule, and again what is answered 503: a busy machine changes no cost. */
async function load(switchboard: Installation, count: number): Promise<void> {
  const traffic = createTraffic();
  const url = switchboard.urlOf('ingest');
  await sendEvents({
    url,
    secret: 'local-secret',
    count,
    rate: RATE,
    deliver: repeating(url),
    next: () => traffic().event,
    onAnswer({ status, text }) {
      if (status !== 200) throw new Error(`An event was not accepted: ${status} ${text}`);
    },
  });
}

interface Measurement {
  readonly at: number;
  /** Seconds by process, since its start. */
  readonly cpu: ReadonlyMap<string, number>;
  readonly kafka: number;
  readonly redis: number;
}

const seconds = (from: Measurement, to: Measurement): number => (to.at - from.at) / 1_000;

/** The cores that a process keeps busy. */
const rate = (from: Measurement, to: Measurement, name: string): number =>
  ((to.cpu.get(name) ?? 0) - (from.cpu.get(name) ?? 0)) / seconds(from, to);

/** The share of the events that each consumer service has a handler for; flows looks at all. */
function handledShares(): Record<string, number> {
  const next = createTraffic();
  const types = Array.from({ length: TURNS }, () => (JSON.parse(next().event.body) as { event: string }).event);
  const shares: Record<string, number> = {};
  for (const name of types.flatMap(handlersOf)) shares[name] = (shares[name] ?? 0) + 1 / TURNS;
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Number(share.toFixed(3))]));
}

function pidOf(part: { readonly name: string; readonly pid: number | undefined } | undefined): number {
  if (part?.pid !== undefined) return part.pid;
  throw new Error(`${part?.name ?? 'Kafka'} runs in a container: stop Docker to measure it as a process`);
}

const rounded = (value: number): number => Number(value.toPrecision(3));
