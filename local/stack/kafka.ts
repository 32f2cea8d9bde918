import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useClassArchive } from './class-archive.ts';
import { errorLine, LocalStackError } from './error.ts';
import { liveBrokers } from './kafka-probe.ts';
import { freePort } from './ports.ts';
import type { PartProcess } from './process.ts';
import { type Secured, scramUsers, securedBroker, securedBrokerAnswers } from './secured.ts';

/** So small a heap is collected faster than by G1, which took a fifth more of the broker's CPU time. */
const HEAP = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC'];
/** For stacks of tests, which start often and have little load. Halves the CPU time of a start. */
const FOR_START = ['-XX:TieredStopAtLevel=1'];
const LOG_SETTINGS = join(import.meta.dirname, 'log4j2.properties');

export interface KafkaSettings {
  java: string;
  /** The folder with Kafka's jars. */
  software: string;
  /** The folder that holds the data of all brokers. */
  directory: string;
  /** The port for clients, one per broker. */
  ports: readonly number[];
  /** Clusters of three always are: only tests start them. */
  brief: boolean;
  /** The address that clients connect to; default the broker's own. */
  advertise: (brokerId: number, port: number) => string;
  /** Clients then need TLS, a user and rights. */
  secured?: Secured | undefined;
  /** Java's options about its archive of classes; by default, it is used. */
  archive?: readonly string[];
}

/**
 * Prepares the brokers of a cluster, each a controller too (KRaft). Clients use a separate
 * listener, so its advertised addresses do not affect the traffic between brokers.
 */
export async function prepareKafka({
  java,
  software,
  directory,
  ports,
  brief,
  advertise,
  secured,
  archive,
}: KafkaSettings): Promise<PartProcess[]> {
  const cluster = join(directory, `kafka-${ports.length}`);
  mkdirSync(cluster, { recursive: true });
  const brokers = await Promise.all(
    ports.map(async (port, index) => ({
      id: index + 1,
      port,
      internal: await freePort(),
      controller: await freePort(),
    })),
  );
  const voters = brokers.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join(',');
  const clusterId = readOrCreate(join(cluster, 'cluster-id'), () => randomBytes(16).toString('base64url'));
  const protocol = secured === undefined ? 'PLAINTEXT' : 'SASL_SSL';
  const usualArchive = useClassArchive({ java, software });
  const classes = ['-cp', join(software, '*'), `-Dlog4j2.configurationFile=${LOG_SETTINGS}`];

  return Promise.all(
    brokers.map(async ({ id, port, internal, controller }) => {
      const data = join(cluster, `broker-${id}`);
      const mutual = secured === undefined ? '' : `,MUTUAL://127.0.0.1:${await freePort()}`;
      const settings = join(cluster, `broker-${id}.properties`);
      writeFileSync(
        settings,
        properties({
          'node.id': id,
          'process.roles': 'broker,controller',
          'controller.quorum.voters': voters,
          listeners: `CLIENT://127.0.0.1:${port},INTERNAL://127.0.0.1:${internal},CONTROLLER://127.0.0.1:${controller}${mutual}`,
          'advertised.listeners': `CLIENT://${advertise(id, port)},INTERNAL://127.0.0.1:${internal}${mutual}`,
          'listener.security.protocol.map': `CLIENT:${protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT,MUTUAL:SSL`,
          'inter.broker.listener.name': 'INTERNAL',
          'controller.listener.names': 'CONTROLLER',
          'log.dirs': data,
          ...clusterSettings(ports.length),
          ...(secured === undefined ? {} : securedBroker(secured)),
        }),
        { mode: 0o600 },
      );
      const users = secured === undefined ? [] : scramUsers(secured);
      await format({
        java,
        flags: [...HEAP, ...FOR_START, ...usualArchive, ...classes],
        data,
        settings,
        clusterId,
        users,
      });
      return {
        name: ports.length === 1 ? 'Kafka' : `Kafka broker ${id}`,
        file: `broker-${id}`,
        port,
        directory: cluster,
        command: java,
        args: [
          ...HEAP,
          ...(ports.length === 1 && !brief ? [] : FOR_START),
          ...(archive ?? usualArchive),
          ...classes,
          'kafka.Kafka',
          settings,
        ],
        // A broker must not wait for brokers that are still starting.
        answers: async () => (secured === undefined ? (await liveBrokers(port)) > 0 : securedBrokerAnswers(port)),
      };
    }),
  );
}

/** The settings of every broker. A cluster of three tolerates the loss of one. */
export function clusterSettings(count: number): Record<string, string | number | boolean> {
  const replicas = count;
  const inSync = count === 1 ? 1 : 2;
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'share.coordinator.state.topic.num.partitions': 4,
    'unclean.leader.election.enable': false,
    'auto.create.topics.enable': false,
    'num.partitions': 12,
    // A webhook body may be 1 MiB, and its event is larger.
    'message.max.bytes': 2_097_152,
    'replica.fetch.max.bytes': 2_097_152,
    'log.segment.bytes': 134_217_728,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'group.initial.rebalance.delay.ms': 100,
    // Detects a dead broker after three missed heartbeats, in 6 s instead of 9.
    'broker.session.timeout.ms': 6_000,
    'broker.heartbeat.interval.ms': 1_000,
    'replica.lag.time.max.ms': 10_000,
  };
}

/** Formats the data folder once. A file marks that the formatting is complete. */
async function format(options: {
  java: string;
  flags: readonly string[];
  data: string;
  settings: string;
  clusterId: string;
  users: readonly string[];
}) {
  const { java, flags, data, settings, clusterId, users } = options;
  const mark = `${data}.formatted`;
  if (existsSync(mark)) return;
  rmSync(data, { recursive: true, force: true });
  // As one argument, since an id may begin with a dash.
  const args = ['format', `--cluster-id=${clusterId}`, `--config=${settings}`, ...users];
  try {
    await promisify(execFile)(java, [...flags, 'kafka.tools.StorageTool', ...args]);
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    throw new LocalStackError(`Kafka could not prepare ${data}: ${errorLine(stderr + stdout)}.`, { cause });
  }
  writeFileSync(mark, '');
}

const properties = (settings: Record<string, string | number | boolean>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value.replaceAll('\\', '\\\\') : value}\n`)
    .join('');

function readOrCreate(file: string, create: () => string): string {
  const known = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (known !== '') return known;
  const created = create();
  writeFileSync(file, created);
  return created;
}
