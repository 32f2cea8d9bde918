import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClassArchive } from './class-archive.ts';
import { type KafkaSettings, prepareKafka } from './kafka.ts';
import type { Part } from './part.ts';
import type { Places } from './places.ts';
import { freePort } from './ports.ts';
import { createProcess, type PartProcess } from './process.ts';
import type { Variables } from './programs.ts';
import { prepareRedis, REDIS_USER } from './redis.ts';
import { prepareRegistry } from './registry.ts';
import type { Secured } from './secured.ts';
import { checkSpace, install, redisServer, versionOf } from './software.ts';
import type { Watcher } from './watcher.ts';

/** The space for a new cluster and its logs. */
const DATA_MEGABYTES = 300;

export interface NativeOptions {
  directory: string;
  /** The folder of the downloaded servers. */
  software: string;
  java: string;
  brief?: boolean;
  redisOnPath: string | undefined;
  advertise: (brokerId: number, port: number) => string;
  variables: Variables;
  progress: (line: string) => void;
  onExit: (reason: string, part: Part) => void;
  watcher: Watcher;
  secured?: Secured | undefined;
}

/** Creates the parts to start, as processes. Installs missing servers first. */
export async function createProcesses(places: Places, options: NativeOptions): Promise<Part[]> {
  const { directory, java, brief = false, redisOnPath, advertise, watcher, onExit, secured } = options;
  const installation = { ...options, directory: options.software };
  const { kafka, registry, redis } = places;
  await checkSpace(directory, DATA_MEGABYTES);
  const folders = await install(
    [
      ...(kafka.toStart ? (['kafka'] as const) : []),
      ...(registry.toStart ? (['registry'] as const) : []),
      ...(redis.toStart && redisOnPath === undefined ? (['redis'] as const) : []),
    ],
    installation,
  );
  const processes: PartProcess[] = [];
  if (folders.kafka !== undefined) {
    const { ports } = kafka;
    const software = folders.kafka;
    const run = (archive: string[]) => runBroker({ java, software, archive, watcher });
    // If it does not start, the start of the real one says why.
    if (brief) await makeClassArchive({ java, software }, run).catch(() => {});
    processes.push(...(await prepareKafka({ java, software, directory, ports, brief, advertise, secured })));
  }
  if (folders.registry !== undefined) {
    const version = await versionOf('registry');
    processes.push(
      prepareRegistry({ java, software: folders.registry, version, directory, port: registry.ports[0] ?? 0 }),
    );
  }
  if (redis.toStart) {
    const command = redisOnPath ?? (await redisServer(folders.redis ?? ''));
    processes.push(
      prepareRedis({ command, directory, port: redis.ports[0] ?? 0, password: secured?.passwordOf(REDIS_USER) }),
    );
  }
  return processes.map((process) => createProcess(process, watcher, onExit));
}

/** Java writes its archive of classes at the exit. */
const ARCHIVING_LIMIT_MS = 120_000;

/** Starts a broker, and stops it. */
async function runBroker({
  watcher,
  ...settings
}: Pick<KafkaSettings, 'java' | 'software' | 'archive'> & Pick<NativeOptions, 'watcher'>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-classes-'));
  try {
    const ports = [await freePort()];
    const advertise = (_: number, port: number) => `127.0.0.1:${port}`;
    const [broker] = await prepareKafka({ ...settings, directory, ports, brief: true, advertise });
    if (broker === undefined) return;
    const part = createProcess({ ...broker, stopLimitMs: ARCHIVING_LIMIT_MS }, watcher, () => {});
    await part.start();
    await part.stop();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
