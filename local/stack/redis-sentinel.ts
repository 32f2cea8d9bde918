import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from './part.ts';
import { freePort } from './ports.ts';
import { createProcess } from './process.ts';
import { prepareRedis, redisAnswers } from './redis.ts';
import { ask, redisCommand } from './redis-cluster.ts';
import { until } from './until.ts';
import { startWatcher } from './watcher.ts';

/** A Redis with a replica, and a Sentinel that lets the replica take its place. */
export interface SentinelRedis extends AsyncDisposable {
  /** `host:port` of the Sentinel, as REDIS_SENTINELS names it. */
  readonly sentinels: string;
  /** What the Sentinel calls the primary, as REDIS_SENTINEL_NAME names it. */
  readonly name: string;
  readonly primary: Part;
  readonly replica: Part;
}

const NAME = 'main';
/** A primary that is silent for so long counts as dead. */
const SILENCE_MS = 1_000;

export async function startSentinelRedis({ directory }: { directory: string }): Promise<SentinelRedis> {
  const watcher = startWatcher();
  const command = await redisCommand(watcher);
  const ports = { primary: await freePort(), replica: await freePort(), sentinel: await freePort() };

  const [primary, replica] = (['primary', 'replica'] as const).map((name) => {
    const home = join(directory, name);
    mkdirSync(home, { recursive: true });
    return createProcess(prepareRedis({ command, directory: home, port: ports[name] }), watcher, () => {});
  }) as [Part, Part];
  const home = join(directory, 'sentinel');
  mkdirSync(home, { recursive: true });
  // Sentinel keeps its state in its configuration file.
  const settings = join(home, 'sentinel.conf');
  const lines = [
    `port ${ports.sentinel}`,
    'bind 127.0.0.1',
    `dir ${home}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${ports.primary} 1`,
    `sentinel down-after-milliseconds ${NAME} ${SILENCE_MS}`,
    `sentinel failover-timeout ${NAME} 10000`,
  ];
  writeFileSync(settings, `${lines.join('\n')}\n`);
  const answers = (): Promise<boolean> => redisAnswers(ports.sentinel);
  const process = { name: 'Redis Sentinel', file: 'sentinel', port: ports.sentinel, directory: home, command, answers };
  const sentinel = createProcess({ ...process, args: [settings, '--sentinel'] }, watcher, () => {});

  async function stop(): Promise<void> {
    await Promise.allSettled([sentinel, replica, primary].map((part) => part.stop()));
    watcher.close();
  }
  try {
    await Promise.all([primary.start(), replica.start(), sentinel.start()]);
    await ask(ports.replica, `REPLICAOF 127.0.0.1 ${ports.primary}`);
    await until('Sentinel knows the replica', async () =>
      /status=ok.*slaves=1/.test(await ask(ports.sentinel, 'INFO sentinel')),
    );
    await until('the replica is in sync', async () =>
      /master_link_status:up/.test(await ask(ports.replica, 'INFO replication')),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { sentinels: `127.0.0.1:${ports.sentinel}`, name: NAME, primary, replica, [Symbol.asyncDispose]: stop };
}
