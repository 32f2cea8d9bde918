import { prepareKafka } from './kafka.ts';
import type { Part } from './part.ts';
import type { Places } from './places.ts';
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
    processes.push(
      ...(await prepareKafka({ java, software: folders.kafka, directory, ports, brief, advertise, secured })),
    );
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
