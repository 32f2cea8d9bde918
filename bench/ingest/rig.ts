import { join } from 'node:path';
import { createTopics, logOffsets } from '@switchboard/kafka';
import type { BenchContext } from '../comparison.ts';
import { startWorker, type Worker } from '../worker.ts';
import type { ClosedLoop, ClosedLoopResult } from './load/closed-loop.ts';
import type { OpenLoop, OpenLoopResult } from './load/open-loop.ts';
import type { Latencies, Schedule } from './load/schedule.ts';
import type { Load } from './load/worker.ts';
import { clients, references, SECRET, type ServerName, type Servers, startServer, startServers } from './servers.ts';
import { describeShares } from './steps.ts';
import { PARTITIONS, startIngestStack, TOPIC } from './variants.ts';

const BARE_TOPIC = 'bench.bare';

/** The resources of a measurement. */
export interface Rig {
  readonly servers: Servers;
  closedLoop(server: ServerName, load: Omit<ClosedLoop, 'port'>): Promise<ClosedLoopResult>;
  openLoop(server: ServerName, load: Omit<OpenLoop, 'port'>): Promise<OpenLoopResult>;
  /** A bare kafkajs `send` of the records that ingest writes, on a schedule. */
  bareSend(schedule: Schedule): Promise<Latencies>;
  /** Prints where the CPU time of an event goes. It takes servers of its own, since a profile costs time. */
  printShares(): Promise<void>;
  /** The number of accepted events of all ingests, and the number of records in the topic. */
  account(): Promise<{ accepted: number; stored: number }>;
}

/** Starts the stack, the servers and the load generators, each in a separate process. */
export async function buildRig(context: BenchContext): Promise<Rig> {
  const { resources } = context;
  const stack = await startIngestStack(context);
  const { brokers, registryUrl } = stack;
  await createTopics({ brokers }, { topics: [BARE_TOPIC], partitions: PARTITIONS, replication: 1 });
  const servers = await startServers(stack, context);
  const file = (name: string): string => join(import.meta.dirname, name);
  const loads: Worker<Load, { accepted: number }> = resources.use(startWorker(file('load/worker.ts'), [SECRET]));
  const bare: Worker<Schedule, Latencies> = resources.use(
    startWorker(file('bare-kafkajs.ts'), [brokers, registryUrl, BARE_TOPIC]),
  );
  let accepted = 0;

  async function put<Result extends { accepted: number }>(server: ServerName, load: Load): Promise<Result> {
    const result = (await loads.do(load)) as Result;
    if (clients.some((client) => client === server)) accepted += result.accepted;
    return result;
  }

  return {
    servers,
    closedLoop: (server, load) => put<ClosedLoopResult>(server, { kind: 'closed', port: servers[server], ...load }),
    openLoop: (server, load) => put<OpenLoopResult>(server, { kind: 'open', port: servers[server], ...load }),
    bareSend: (schedule) => bare.do(schedule),
    async printShares() {
      for (const server of [...references, ...clients]) {
        const file = `${server}.cpuprofile`;
        const directory = join(context.directory, 'profiles');
        const own = new AsyncDisposableStack();
        // Released at the end if an interrupt comes first.
        resources.use(own);
        const profiling = ['--cpu-prof', `--cpu-prof-dir=${directory}`, `--cpu-prof-name=${file}`];
        const port = await startServer(server, stack, { ...context, resources: own, profiling });
        await loads.do({ kind: 'closed', port, connections: 64, warmUpSeconds: 1, seconds: context.seconds });
        // A process writes its profile when it ends.
        await own.disposeAsync();
        context.progress(`CPU of ${server}: ${await describeShares(join(directory, file))}`);
      }
    },
    account: async () => ({ accepted, stored: await countRecords(brokers) }),
  };
}

/** The number of records ever written to the topic. */
async function countRecords(brokers: string): Promise<number> {
  const [partitions = []] = await logOffsets({ brokers }, [TOPIC]);
  return partitions.reduce((sum, { high }) => sum + high, 0);
}
