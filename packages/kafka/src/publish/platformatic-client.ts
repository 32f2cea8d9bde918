import { Producer, type ProducerOptions } from '@platformatic/kafka';
import { type KafkaConnection, type Sasl, tlsOptions } from '../connection.ts';
import {
  CONNECT_TIMEOUT_MS,
  closeWithin,
  METADATA_MAX_AGE_MS,
  type OpenClient,
  REQUEST_TIMEOUT_MS,
  refusal,
  unknownPartition,
  unknownTopic,
} from './client.ts';

/** The @platformatic/kafka implementation. */
export function platformaticClient(connection: KafkaConnection, clientId: string): OpenClient {
  const settings = { ...SETTINGS, clientId, ...security(connection) };
  const refused = (error: unknown, topics: readonly string[]) =>
    refusal(brokerErrors(error), error, topics, connection);

  return async (brokers, topics) => {
    const producer = new Producer({ ...settings, bootstrapBrokers: [...brokers] });

    const counts = new Map<string, number>();

    async function partitions(topic: string): Promise<number> {
      try {
        const { topics: found } = await producer.metadata({ topics: [topic] });
        const count = found.get(topic)?.partitionsCount ?? 0;
        counts.set(topic, count);
        return count;
      } catch (error) {
        throw isUnknownTopic(error) ? unknownTopic(topic, error) : (refused(error, [topic]) ?? error);
      }
    }

    function close(): Promise<void> {
      const sockets = [...producer.connections].map(([, { socket }]) => socket);
      return closeWithin(
        () => producer.close(),
        () => sockets.forEach((socket) => void socket?.destroy()),
      );
    }

    try {
      await producer.metadata({ topics: [] });
      await Promise.all(topics.map((topic) => partitions(topic).catch(unlessUnknown)));
    } catch (error) {
      await close();
      throw error;
    }
    return {
      async sendBatch(records) {
        for (const record of records) {
          if (record.partition >= (counts.get(record.topic) ?? 0)) throw unknownPartition(record);
        }
        const messages = records.map(({ topic, partition, key, value, headers, timestamp }) => ({
          topic,
          partition,
          key: key as Buffer,
          value: value as Buffer,
          // Our patch of the client writes text as UTF-8.
          headers: headers as Record<string, Buffer>,
          timestamp: BigInt(timestamp),
        }));
        try {
          await producer.send({ messages, acks: -1, idempotent: false, repeatOnStaleMetadata: false });
        } catch (error) {
          throw (
            refused(
              error,
              records.map(({ topic }) => topic),
            ) ?? error
          );
        }
      },
      partitions,
      check: async () => void (await producer.metadata({ topics: [], forceUpdate: true })),
      close,
    };
  };
}

const SETTINGS = {
  acks: -1,
  idempotent: false,
  retries: 0,
  repeatOnStaleMetadata: false,
  autocreateTopics: false,
  metadataMaxAge: METADATA_MAX_AGE_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  timeout: REQUEST_TIMEOUT_MS,
  // One request per partition that is retried on its own, all at one broker.
  maxInflights: 1_000,
} as const;

type Security = Pick<ProducerOptions<Buffer, Buffer, Buffer, Buffer>, 'tls' | 'tlsServerName' | 'sasl'>;

export function security({ tls, sasl }: KafkaConnection): Security {
  return {
    ...(tls === undefined ? {} : { tls: tlsOptions(tls), tlsServerName: true }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
  };
}

const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
  oauthbearer: 'OAUTHBEARER',
} as const;

function saslOptions(sasl: Sasl): NonNullable<Security['sasl']> {
  const mechanism = MECHANISMS[sasl.mechanism];
  return sasl.mechanism === 'oauthbearer'
    ? { mechanism, token: sasl.token }
    : { mechanism, username: sasl.username, password: sasl.password };
}

const isUnknownTopic = (error: unknown) => error instanceof Error && error.message.startsWith('Unknown topic ');

/** A client with incomplete topic metadata must not replace one that knows the topic's healthy partitions. */
function unlessUnknown(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'UNKNOWN_TOPIC') throw error;
}

/** Kafka's error names in an error, however deep they are wrapped. */
function brokerErrors(error: unknown): string[] {
  const { apiId, errors = [] } = error as { apiId?: string; errors?: unknown[] };
  return [...(apiId === undefined ? [] : [apiId]), ...errors.flatMap(brokerErrors)];
}
