import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { environment } from '@switchboard/service';
import { findOrInstallJava } from './java.ts';
import type { Part } from './part.ts';
import { freePort, isTaken } from './ports.ts';
import { createProcess } from './process.ts';
import { findProgram } from './programs.ts';
import { prepareRedis } from './redis.ts';
import { install, redisServer, SOFTWARE } from './software.ts';
import { until } from './until.ts';
import { startWatcher } from './watcher.ts';

/** A Redis Cluster of three primaries, each with a replica that takes its place when it dies. */
export interface RedisCluster extends AsyncDisposable {
  /** `host:port` of the nodes, separated by commas, as REDIS_CLUSTER names them. */
  readonly addresses: string;
  /** At the start, the first three are the primaries. */
  readonly nodes: readonly Part[];
}

const PRIMARIES = 3;
const SLOTS = 16_384;
const BUS_OFFSET = 10_000;
/** A node that is silent for so long counts as dead. */
const NODE_TIMEOUT_MS = 2_000;

export async function startRedisCluster({ directory }: { directory: string }): Promise<RedisCluster> {
  const watcher = startWatcher();
  const command = await redisCommand(watcher);
  const ports = await Promise.all(Array.from({ length: 2 * PRIMARIES }, freeNodePort));
  const nodes = ports.map((port, index) => {
    const home = join(directory, `node-${index}`);
    mkdirSync(home, { recursive: true });
    const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': String(NODE_TIMEOUT_MS) };
    return createProcess(prepareRedis({ command, directory: home, port, settings }), watcher, () => {});
  });
  async function stop(): Promise<void> {
    await Promise.allSettled(nodes.map((node) => node.stop()));
    watcher.close();
  }
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await formCluster(ports);
  } catch (error) {
    await stop();
    throw error;
  }
  return { addresses: ports.map((port) => `127.0.0.1:${port}`).join(), nodes, [Symbol.asyncDispose]: stop };
}

/** The nodes talk to each other on a port of their own, which follows from the first. */
async function freeNodePort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    // Above, outgoing connections take ports.
    if (port + BUS_OFFSET < 32_000 && !(await isTaken(port + BUS_OFFSET))) return port;
  }
}

/** The redis-server that is installed, or the one that this installs. */
export async function redisCommand(watcher: ReturnType<typeof startWatcher>): Promise<string> {
  const onPath = await findProgram('redis-server', environment);
  if (onPath !== undefined) return onPath;
  const options = { variables: environment, progress() {}, software: SOFTWARE };
  const found = await findOrInstallJava(options, async () => true);
  const java = 'java' in found ? { java: found.java } : {};
  const { redis = '' } = await install(['redis'], { ...options, ...java, directory: SOFTWARE, watcher });
  return redisServer(redis);
}

/** Gives each primary a third of the slots, makes the nodes know each other, and appoints the replicas. */
async function formCluster(ports: readonly number[]): Promise<void> {
  const primaries = ports.slice(0, PRIMARIES);
  for (const [index, port] of ports.entries()) {
    await ask(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
    if (index > 0) await ask(port, `CLUSTER MEET 127.0.0.1 ${ports[0]}`);
    if (index < PRIMARIES) await ask(port, `CLUSTER ADDSLOTS ${slotsOf(index).join(' ')}`);
  }
  const isKnown = (nodes: string): boolean => nodes.match(/ connected\b/g)?.length === ports.length;
  await untilAll(ports, 'its nodes know each other', 'CLUSTER NODES', isKnown);
  for (const [index, port] of primaries.entries()) {
    const replica = ports[PRIMARIES + index] ?? 0;
    await ask(replica, `CLUSTER REPLICATE ${await ask(port, 'CLUSTER MYID')}`);
  }
  const replicas = ports.slice(PRIMARIES);
  await untilAll(replicas, 'its replicas are in sync', 'INFO replication', (info) => /link_status:up/.test(info));
  await untilAll(ports, 'it has its replicas', 'CLUSTER NODES', (nodes) => nodes.match(/\bslave\b/g)?.length === 3);
  await untilAll(ports, 'it is usable', 'CLUSTER INFO', (info) => /cluster_state:ok/.test(info));
}

const slotsOf = (index: number): number[] => {
  const [from, to] = [index, index + 1].map((one) => Math.floor((SLOTS * one) / PRIMARIES)) as [number, number];
  return Array.from({ length: to - from }, (_, offset) => from + offset);
};

const untilAll = (ports: readonly number[], what: string, command: string, isTrue: (reply: string) => boolean) =>
  Promise.all(
    ports.map((port) => until(`of the Redis Cluster, ${what}`, async () => isTrue(await ask(port, command)))),
  );

/** Sends one command and returns its reply. @throws for an error */
export function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 5_000 }, () => socket.write(`${command}\r\n`));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString();
      const [, head = '', rest = ''] = /^(.*?)\r\n(.*)$/s.exec(text) ?? [];
      if (head === '' || (head.startsWith('$') && rest.length < Number(head.slice(1)))) return;
      socket.destroy();
      if (head.startsWith('-')) reject(new Error(`Redis answers ${command.slice(0, 40)} with ${head}`));
      else resolve(head.startsWith('$') ? rest.trim() : head.slice(1));
    });
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error(`Redis does not answer ${command.slice(0, 40)}`)));
  });
}
