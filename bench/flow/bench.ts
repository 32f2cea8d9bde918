import { readFileSync } from 'node:fs';
import { sendEvents } from '@switchboard/cli/send-events';
import { sandbox, services } from '@switchboard/deploy/services';
import type { SystemName } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import { type Installation, startInstallation } from '@switchboard/tests/installation';
import type { Bench, Comparison } from '../comparison.ts';
import { drained } from '../million/drained.ts';
import { percentile } from '../statistics.ts';
import { deliverTo } from './deliver.ts';
import { createTraffic, type MarkedEvent, optIns } from './traffic.ts';

export const RATE = 300;
const SECRET = 'local-secret';
const OUTSIDE_LATENCY_MS = 20;
/** The longest p99 at each rate, beyond what the outside systems take. */
const RATES = [
  { rate: 100, slowestMs: 50 },
  { rate: RATE, slowestMs: 150 },
] as const;
const MOST_MEGABYTES = 150;

export const systems: readonly SystemName[] = ['hubspot', 'zendesk', 'slack', 'chat'];
/** The request that identifies an effect, and how many requests of its event end with it. */
const effects = [
  { what: 'CRM note', system: 'hubspot', path: /\/notes$/, requests: 4 },
  { what: 'ticket', system: 'zendesk', path: /tickets/, requests: 1 },
  { what: 'chat message', system: 'chat', path: /messages/, requests: 1 },
] as const;

/** All of `npm start`, with 20 ms responses outside: time from the 200 to the outside effect. */
export const flow: Bench = async ({ minutes, resources, progress }) => {
  progress('Starting everything');
  const switchboard = resources.use(await startInstallation({ RATE_PER_HOUR: '1000000' }));
  for (const system of systems) {
    await switchboard.fault({ system, latencyMs: OUTSIDE_LATENCY_MS });
  }
  await switchboard.send(optIns);
  progress('Warming up');
  await load(switchboard, RATE, 10 * RATE);
  await drained({ brokers: switchboard.stack.brokers });
  const comparisons: Comparison[] = [];
  for (const { rate, slowestMs } of RATES) {
    const count = Math.round(minutes * 60 * rate);
    progress(`${count} events, ${rate} a second`);
    const accepted = await load(switchboard, rate, count);
    for (const effect of effects) {
      const ms = await latencies(switchboard, effect, accepted);
      const line = `200 to ${effect.what} at ${rate} events/s`;
      const atMost = slowestMs + effect.requests * OUTSIDE_LATENCY_MS;
      comparisons.push(
        { what: `${line}, p50`, ours: [percentile(ms, 0.5)], unit: 'ms' },
        { what: `${line}, p99`, ours: [percentile(ms, 0.99)], unit: 'ms', atMost },
      );
    }
  }
  const memory = [...services, sandbox].map(({ name }): Comparison => {
    const ours = [residentMegabytes(switchboard.processOf(name))];
    return {
      what: `Resident memory of ${name}`,
      ours,
      unit: 'MB',
      ...(name === sandbox.name ? {} : { atMost: MOST_MEGABYTES }),
    };
  });
  return [...comparisons, ...memory];
};

/** The acceptance time of each event, by target system and mark. */
type Accepted = ReadonlyMap<SystemName, ReadonlyMap<string, number>>;

/** Sends on a fixed schedule. */
async function load(switchboard: Installation, rate: number, count: number): Promise<Accepted> {
  const accepted = new Map<SystemName, Map<string, number>>(systems.map((system) => [system, new Map()]));
  const traffic = createTraffic();
  const marked = new Map<string, MarkedEvent>();
  await sendEvents({
    url: switchboard.urlOf('ingest'),
    secret: SECRET,
    count,
    rate,
    deliver: deliverTo(switchboard.urlOf('ingest'), SECRET),
    next() {
      const next = traffic();
      marked.set(next.event.body, next);
      return next.event;
    },
    onAnswer({ status, text }, { body }) {
      if (status !== 200) throw new Error(`An event was not accepted: ${status} ${text}`);
      const now = Date.now();
      const { mark, reaches } = marked.get(body) as MarkedEvent;
      marked.delete(body);
      for (const system of reaches) accepted.get(system)?.set(mark, now);
    },
  });
  return accepted;
}

/** The times from the 200 to the request with the effect, in order. */
async function latencies(
  switchboard: Installation,
  { what, system, path }: (typeof effects)[number],
  accepted: Accepted,
): Promise<number[]> {
  const marks = new Map(accepted.get(system));
  const ms: number[] = [];
  await until(`every ${what}`, async () => {
    for (const { path: at, body, at: time } of await switchboard.effects(system)) {
      const mark = path.test(at) ? /m-[0-9a-f]{32}/.exec(JSON.stringify(body))?.[0] : undefined;
      const acceptedAt = mark === undefined ? undefined : marks.get(mark);
      if (mark === undefined || acceptedAt === undefined) continue;
      marks.delete(mark);
      ms.push(Date.parse(time) - acceptedAt);
    }
    return marks.size === 0;
  });
  return ms.sort((one, other) => one - other);
}

const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
