import type { BenchContext, Comparison } from '../comparison.ts';
import type { ClosedLoopResult } from './load/closed-loop.ts';
import type { Rig } from './rig.ts';
import { clients, references, type ServerName } from './servers.ts';
import { compareVariants } from './variants.ts';

const WARM_UP_SECONDS = 1;
const LEAST_RATIO: Readonly<Record<number, number>> = { 64: 0.75, 256: 0.85 };
const MOST_CPU_RATIO = 1.4;
/** Against bare Fastify, at 64 connections. */
const BARE = { accepted: 0.7, cpu: 1.5, p99: 2 };

type Results = Readonly<Record<ServerName, readonly ClosedLoopResult[]>>;

/** Accepted events a second and CPU time per event of ingest with each client, compared with both references. */
export async function throughput(
  rig: Rig,
  connections: 64 | 256,
  { rounds, seconds, progress }: BenchContext,
): Promise<Comparison[]> {
  const results: Record<ServerName, ClosedLoopResult[]> = { bare: [], drop: [], platformatic: [], kafkajs: [] };
  const servers = [...references, ...clients];
  for (let round = 1; round <= rounds; round += 1) {
    // The order alternates, because the machine may differ for the first and the last server.
    for (const server of round % 2 === 1 ? servers : servers.toReversed()) {
      const result = await rig.closedLoop(server, { connections, warmUpSeconds: WARM_UP_SECONDS, seconds });
      results[server].push(result);
      const { acceptedPerSecond, cpuPerAccepted, userPerAccepted, p99 } = result;
      progress(
        `round ${round}, ${connections} connections, ${server}: ${acceptedPerSecond.toFixed(0)} /s, ` +
          `${cpuPerAccepted.toFixed(1)} µs CPU each (user ${userPerAccepted.toFixed(1)}, ` +
          `system ${(cpuPerAccepted - userPerAccepted).toFixed(1)}), p99 ${p99.toFixed(1)} ms`,
      );
    }
  }
  return [
    ...(connections === 64 ? againstBare(results) : []),
    ...clients.flatMap((client) =>
      compareVariants(`${connections} connections, ${client}`, results[client], results.drop, {
        accepted: { atLeast: LEAST_RATIO[connections] as number },
        cpu: { atMost: MOST_CPU_RATIO },
      }),
    ),
  ];
}

function againstBare(results: Results): Comparison[] {
  const [client] = clients;
  const row = (
    what: string,
    unit: string,
    value: (result: ClosedLoopResult) => number,
    limit: Pick<Comparison, 'atLeast' | 'atMost'> = {},
  ): Comparison => ({
    what: `${what}, 64 connections, ${client}`,
    note: 'vs bare Fastify',
    ours: results[client].map(value),
    reference: results.bare.map(value),
    unit,
    ...limit,
  });
  return [
    row('Accepted', '/s', ({ acceptedPerSecond }) => acceptedPerSecond, { atLeast: BARE.accepted }),
    row('CPU per accepted event', 'µs', ({ cpuPerAccepted }) => cpuPerAccepted, { atMost: BARE.cpu }),
    row('User time of it', 'µs', ({ userPerAccepted }) => userPerAccepted),
    row('System time of it', 'µs', ({ cpuPerAccepted, userPerAccepted }) => cpuPerAccepted - userPerAccepted),
    row('p99', 'ms', ({ p99 }) => p99, { atMost: BARE.p99 }),
  ];
}
