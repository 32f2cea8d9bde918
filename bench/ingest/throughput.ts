import type { BenchContext, Comparison } from '../comparison.ts';
import type { ClosedLoopResult } from './load/closed-loop.ts';
import type { Rig } from './rig.ts';
import { clients, type ServerName } from './servers.ts';
import { compareVariants } from './variants.ts';

const WARM_UP_SECONDS = 1;
const LEAST_RATIO: Readonly<Record<number, number>> = { 64: 0.75, 256: 0.85 };
const MOST_CPU_RATIO = 1.4;

/** Accepted events a second and CPU time per event of ingest with each client, compared with the app that drops. */
export async function throughput(
  rig: Rig,
  connections: 64 | 256,
  { rounds, seconds, progress }: BenchContext,
): Promise<Comparison[]> {
  const results: Record<ServerName, ClosedLoopResult[]> = { drop: [], platformatic: [], kafkajs: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const server of ['drop', ...clients] as const) {
      const result = await rig.closedLoop(server, { connections, warmUpSeconds: WARM_UP_SECONDS, seconds });
      results[server].push(result);
      const { acceptedPerSecond, cpuPerAccepted } = result;
      progress(
        `round ${round}, ${connections} connections, ${server}: ` +
          `${acceptedPerSecond.toFixed(0)} /s, ${cpuPerAccepted.toFixed(1)} µs CPU each`,
      );
    }
  }
  return clients.flatMap((client) =>
    compareVariants(`${connections} connections, ${client}`, results[client], results.drop, {
      accepted: { atLeast: LEAST_RATIO[connections] as number },
      cpu: { atMost: MOST_CPU_RATIO },
    }),
  );
}
