import type { BenchContext, Comparison } from '../comparison.ts';
import type { Latencies, Schedule } from './load/schedule.ts';
import type { Rig } from './rig.ts';
import { clients, type ServerName } from './servers.ts';

type Reference = 'bare' | 'bare kafkajs send' | 'drop';

const WARM_UP_SECONDS = 1;
const CONNECTIONS = 256;

/** The p99 of responses at a fixed rate, compared with bare Fastify, a bare kafkajs `send` or the app that drops. */
export async function latency(
  rig: Rig,
  { rate, limits }: { rate: number; limits: Readonly<Partial<Record<Reference, number>>> },
  { rounds, seconds, progress }: BenchContext,
): Promise<Comparison[]> {
  const schedule: Schedule = { rate, warmUpSeconds: WARM_UP_SECONDS, seconds };
  const post = (server: ServerName): Promise<Latencies> =>
    rig.openLoop(server, { connections: CONNECTIONS, ...schedule });
  const references = Object.keys(limits) as Reference[];
  const servers = [...references, ...clients];
  const p99 = new Map<string, number[]>(servers.map((name) => [name, []]));
  const of = (name: string): number[] => p99.get(name) as number[];
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of round % 2 === 1 ? servers : servers.toReversed()) {
      const result = await (name === 'bare kafkajs send' ? rig.bareSend(schedule) : post(name));
      of(name).push(result.p99);
      const { p50, most, lateP99 } = result;
      progress(
        `round ${round}, ${rate} /s, ${name}: p50 ${p50.toFixed(2)}, p99 ${result.p99.toFixed(2)}, ` +
          `most ${most.toFixed(1)} ms; p99 of the sends' own lateness ${lateP99.toFixed(2)} ms`,
      );
    }
  }
  return references.flatMap((reference) =>
    clients.map((client) => ({
      what: `p99 at ${rate.toLocaleString('en-US')} /s, ${client}`,
      ours: of(client),
      reference: of(reference),
      unit: 'ms',
      atMost: limits[reference] as number,
      note: reference === 'bare' ? 'vs bare Fastify' : `vs ${reference}`,
    })),
  );
}
