import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { createKafka, type KafkaConnection, protocolError } from '../connection.ts';
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
import type { PlacedRecord } from './record.ts';

/** The kafkajs implementation. */
export function kafkajsClient(connection: KafkaConnection, clientId: string): OpenClient {
  const refused = (error: unknown, topics: readonly string[]) =>
    refusal(brokerErrors(error), error, topics, connection);

  return async (brokers, topics) => {
    const sockets = rememberSockets();
    const kafka = createKafka({ ...connection, brokers }, clientId, undefined, {
      ...SETTINGS,
      socketFactory: sockets.open,
    });
    const producer = kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition as number,
    });
    const admin = kafka.admin();

    async function partitions(topic: string): Promise<number> {
      try {
        await admin.connect();
        const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
        await learn([topic]);
        return found[0]?.partitions.length ?? 0;
      } catch (error) {
        throw isUnknownTopic(error) ? unknownTopic(topic, error) : (refused(error, [topic]) ?? error);
      }
    }

    /** A batch without messages makes the producer load the topics' metadata. */
    async function learn(names: readonly string[]): Promise<void> {
      await producer.sendBatch({ topicMessages: names.map((topic) => ({ topic, messages: [] })) });
    }

    const close = () => closeWithin(() => Promise.all([producer.disconnect(), admin.disconnect()]), sockets.destroy);

    try {
      await producer.connect();
      for (const topic of topics) await learn([topic]).catch(unlessUnknown);
    } catch (error) {
      await close();
      throw error;
    }
    return {
      async sendBatch(records) {
        try {
          const batch = { acks: -1, timeout: REQUEST_TIMEOUT_MS, topicMessages: byTopic(records) };
          const taken = new Set((await producer.sendBatch(batch)).map(placeOf));
          const lost = records.find(({ topic, partition }) => !taken.has(placeOf({ topicName: topic, partition })));
          if (lost !== undefined) throw unknownPartition(lost);
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
      async check() {
        await admin.connect();
        await admin.describeCluster();
      },
      close,
    };
  };
}

const SETTINGS = {
  connectionTimeout: CONNECT_TIMEOUT_MS,
  authenticationTimeout: CONNECT_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  enforceRequestTimeout: true,
  retry: { retries: 0 },
};

/** kafkajs leaves sockets to hung brokers half open, and may reconnect after it has disconnected. */
function rememberSockets(): { open: ISocketFactory; destroy(): void } {
  const sockets = new Set<Socket>();
  let destroyed = false;
  return {
    open({ host, port, ssl, onConnect }) {
      const name = isIP(host) === 0 ? { servername: host } : {};
      const socket = ssl ? connectTls({ host, port, ...name, ...ssl }, onConnect) : connect({ host, port }, onConnect);
      socket.setKeepAlive(true, 60_000).setNoDelay(true);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      if (destroyed) socket.destroy(new Error('the client is closed'));
      return socket;
    },
    destroy() {
      destroyed = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function byTopic(records: readonly PlacedRecord[]) {
  return [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ partition, key, value, headers, timestamp }) => ({
      partition,
      key,
      value,
      headers,
      timestamp: String(timestamp),
    })),
  }));
}

const placeOf = ({ topicName, partition }: { topicName: string; partition: number }): string =>
  `${topicName}:${partition}`;

const brokerErrors = (error: unknown) => [protocolError(error) ?? ''];

const isUnknownTopic = (error: unknown) => protocolError(error) === 'UNKNOWN_TOPIC_OR_PARTITION';

/** kafkajs keeps an unknown topic in its metadata requests, and then loads no other topic. */
function unlessUnknown(error: unknown): void {
  if (!isUnknownTopic(error)) throw error;
}
