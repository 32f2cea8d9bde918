import kafkajs, { type Admin } from 'kafkajs';
import { createKafka, type KafkaConnection, protocolError } from './connection.ts';
import { KafkaError } from './error.ts';
import type { Range } from './reader.ts';
import { forbidden, refusedByKafka, unreachable } from './refused.ts';

export interface TopicDescription {
  topic: string;
  partitions: number;
  replication: number;
}

export interface TopicsToCreate {
  topics: readonly string[];
  partitions: number;
  replication: number;
  /** Settings for new topics; existing topics keep theirs. */
  config?: Readonly<Record<string, string>>;
}

const TOPIC_CONFIG = {
  // Ingest accepts bodies up to 1 MiB; the record must fit with its overhead.
  'max.message.bytes': String(2 * 1024 * 1024),
  // The broker decompresses records and checks their size, so that no record inflates in a consumer's memory.
  'compression.type': 'uncompressed',
};

/**
 * Creates the topics that do not exist, and returns when all topics are usable.
 * @throws KafkaError `PARTITION_MISMATCH` when a topic has another partition count, which would break key order;
 * `TOPIC_NOT_CREATED`; `UNREACHABLE`.
 */
export async function createTopics(connection: KafkaConnection, wanted: TopicsToCreate): Promise<void> {
  const { topics, partitions, replication, config = {} } = wanted;
  if (topics.length === 0) return;
  const configEntries = Object.entries({ ...TOPIC_CONFIG, ...config }).map(([name, value]) => ({ name, value }));
  await withAdmin(connection, async (admin) => {
    await create(
      connection,
      admin,
      topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: replication, configEntries })),
    );
    const found = await Promise.all(topics.map((topic) => untilUsable(() => describe(admin, topic))));
    await Promise.all(topics.map((topic) => untilUsable(() => admin.fetchTopicOffsets(topic))));
    for (const { topic, partitions: actual } of found) {
      if (actual === partitions) continue;
      throw new KafkaError(
        'PARTITION_MISMATCH',
        `The topic ${topic} has ${actual} partitions, and ${partitions} are needed. The number cannot change ` +
          `once there is data: configure ${actual}, or delete the topic if its data may go.`,
      );
    }
  });
}

/**
 * @param settings the variables that `register` needs to create the topics, for the error
 * @throws KafkaError `UNKNOWN_TOPIC` naming all topics that do not exist; `UNREACHABLE`; `FORBIDDEN`
 */
export function describeTopics(
  connection: KafkaConnection,
  topics: readonly string[],
  settings?: string,
): Promise<TopicDescription[]> {
  return withAdmin(connection, async (admin) => {
    const missing: string[] = [];
    const found = await Promise.all(
      topics.map(async (topic) => {
        try {
          return await describe(admin, topic);
        } catch (error) {
          if (protocolError(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') {
            throw refusedByKafka(error, connection, `Describe on topic ${topic}`) ?? error;
          }
          missing.push(topic);
          return undefined;
        }
      }),
    );
    if (missing.length === 0) return found.filter((one) => one !== undefined);
    const which = missing.length === 1 ? `The topic ${missing[0]} does` : `The topics ${missing.sort().join(', ')} do`;
    const variables = settings === undefined ? '' : ` with ${settings}`;
    throw new KafkaError('UNKNOWN_TOPIC', `${which} not exist: run \`npm run register\`${variables}`);
  });
}

export const topicNames = (connection: KafkaConnection): Promise<string[]> =>
  withAdmin(connection, (admin) => admin.listTopics());

/** The cluster's current number of brokers. */
export const brokerCount = (connection: KafkaConnection): Promise<number> =>
  withAdmin(connection, async (admin) => (await admin.describeCluster()).brokers.length);

/** The topics' current offset ranges, from `since` (epoch ms) if given. */
export function logRanges(connection: KafkaConnection, topics: readonly string[], since?: number): Promise<Range[]> {
  return withAdmin(connection, async (admin) => {
    const ranges = await Promise.all(
      topics.map(async (topic) => {
        const [log, starts] = await Promise.all([
          untilUsable(() => admin.fetchTopicOffsets(topic)).catch(explained(connection, `Read on topic ${topic}`)),
          since === undefined ? [] : untilUsable(() => admin.fetchTopicOffsetsByTimestamp(topic, since)),
        ]);
        return log.map(({ partition, low, high }) => {
          const start = starts.find((candidate) => candidate.partition === partition)?.offset ?? low;
          return { topic, partition, from: Math.max(Number(start), Number(low)), to: Number(high) };
        });
      }),
    );
    return ranges.flat();
  });
}

/** Rethrows an error of Kafka; one about a missing right names it. */
export const explained =
  (connection: KafkaConnection, right: string) =>
  (error: unknown): never => {
    throw refusedByKafka(error, connection, right) ?? error;
  };

async function create(
  connection: KafkaConnection,
  admin: Admin,
  topics: Parameters<Admin['createTopics']>[0]['topics'],
): Promise<void> {
  try {
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    const reasons = error instanceof kafkajs.KafkaJSAggregateError ? error.errors : [error];
    const failed = reasons.filter((reason) => protocolError(reason) !== 'TOPIC_ALREADY_EXISTS');
    if (failed.length === 0) return;
    const denied = failed.find((reason) => protocolError(reason)?.endsWith('_AUTHORIZATION_FAILED')) as
      | { topic?: string }
      | undefined;
    if (denied !== undefined) throw forbidden(connection, `Create on topic ${denied.topic ?? ''}`.trim(), error);
    const named = failed.map((reason) => {
      const { topic, message } = reason as { topic?: string; message: string };
      return topic === undefined ? message : `${topic}: ${message}`;
    });
    throw new KafkaError('TOPIC_NOT_CREATED', `Kafka did not create ${named.join('; ')}`, { cause: error });
  }
}

async function describe(admin: Admin, topic: string): Promise<TopicDescription> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  return { topic, partitions: partitions.length, replication: partitions[0]?.replicas.length ?? 0 };
}

/** A new topic takes a moment until its leaders are ready, and a busy disk makes hundreds of new partitions take long. */
const SPREAD_MS = 60_000;
const PASSING = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'];

/** Retries while a topic or a leader is coming up. */
export async function untilUsable<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + SPREAD_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      // kafkajs throws a TypeError for a topic whose partitions it does not know yet.
      const passing = error instanceof TypeError || PASSING.includes(protocolError(error) ?? '');
      if (!passing || performance.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function withAdmin<T>(connection: KafkaConnection, run: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = createKafka(connection, 'switchboard-admin', undefined, {
    // A TLS handshake and SASL take several round trips.
    connectionTimeout: 3_000,
    retry: { retries: 5, maxRetryTime: 1_000 },
  }).admin();
  try {
    await admin.connect();
  } catch (error) {
    await admin.disconnect();
    throw refusedByKafka(error, connection) ?? unreachable(error, connection);
  }
  try {
    return await run(admin);
  } catch (error) {
    throw refusedByKafka(error, connection) ?? error;
  } finally {
    await admin.disconnect();
  }
}
