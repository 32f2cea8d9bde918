import type { ConnectionOptions } from 'node:tls';
import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';

/** The address of Kafka and our credentials. */
export interface KafkaConnection {
  /** `host:port`, comma-separated. */
  brokers: string | readonly string[];
  ssl?: ConnectionOptions | boolean;
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
}

export function brokerList({ brokers }: KafkaConnection): string[] {
  const list = typeof brokers === 'string' ? brokers.split(',') : brokers;
  return list.map((broker) => broker.trim()).filter((broker) => broker !== '');
}

/** A kafkajs client. Its own log helps only when debugging, so it is written at `debug`. */
export function createKafka(
  connection: KafkaConnection,
  clientId: string,
  logger?: Logger,
  settings: Partial<KafkaConfig> = {},
): Kafka {
  const { ssl, sasl } = connection;
  const log: Partial<KafkaConfig> = logger?.isLevelEnabled('debug')
    ? {
        logLevel: logLevel.INFO,
        logCreator: () => (entry) =>
          logger.debug({ kafkajs: entry.log, namespace: entry.namespace }, entry.log.message),
      }
    : { logLevel: logLevel.NOTHING };
  return new Kafka({
    clientId,
    brokers: brokerList(connection),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    ...log,
    ...settings,
  });
}

/** Kafka's error name, such as `UNKNOWN_TOPIC_OR_PARTITION`, however deep kafkajs has wrapped the error. */
export function protocolError(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { type } = at as { type?: unknown };
    if (typeof type === 'string') return type;
  }
  return undefined;
}
