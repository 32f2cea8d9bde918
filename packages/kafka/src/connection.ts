import type { SecureContext } from 'node:tls';
import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import { KafkaError } from './error.ts';

/** The credentials of a SASL mechanism. Each new connection asks for them, so that they can be rotated. */
export type Sasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      username(): string;
      password(): string;
    }
  | { readonly mechanism: 'oauthbearer'; token(): Promise<string> };

/** The address of Kafka and our credentials. */
export interface KafkaConnection {
  /** `host:port`, comma-separated. */
  brokers: string | readonly string[];
  /** Trusted authorities and our certificate, asked for by each new connection. Without it, connections are plain. */
  tls?: () => SecureContext;
  sasl?: Sasl;
  /** What the broker knows us by, for error messages. */
  principal?: string;
  /** What is wrong with our own credentials, such as an expired certificate: brokers just close such connections. */
  problem?: () => string | undefined;
}

export function brokerList({ brokers }: KafkaConnection): string[] {
  const list = typeof brokers === 'string' ? brokers.split(',') : brokers;
  return list.map((broker) => broker.trim()).filter((broker) => broker !== '');
}

/** Both clients copy the properties of this object for each new socket, which evaluates the getter. */
export const tlsOptions = (tls: () => SecureContext): { readonly secureContext: SecureContext } => ({
  get secureContext() {
    return tls();
  },
});

/** A kafkajs client. Its own log helps only when debugging, so it is written at `debug`. */
export function createKafka(
  connection: KafkaConnection,
  clientId: string,
  logger?: Logger,
  settings: Partial<KafkaConfig> = {},
): Kafka {
  const { tls, sasl } = connection;
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
    ...(tls === undefined ? {} : { ssl: tlsOptions(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(sasl) }),
    ...log,
    ...settings,
  });
}

/** kafkajs ends a consumer for an error that does not say that a retry may help. */
function retriable(error: unknown): never {
  throw error instanceof KafkaError && error.code === 'UNREACHABLE' ? Object.assign(error, { retriable: true }) : error;
}

function saslOptions(sasl: Sasl): SASLOptions {
  const { mechanism } = sasl;
  if (mechanism === 'oauthbearer') {
    return { mechanism, oauthBearerProvider: async () => ({ value: await sasl.token().catch(retriable) }) };
  }
  return {
    mechanism,
    get username() {
      return sasl.username();
    },
    get password() {
      return sasl.password();
    },
  } as SASLOptions;
}

/** Kafka's error name, such as `UNKNOWN_TOPIC_OR_PARTITION`, however deep kafkajs has wrapped the error. */
export function protocolError(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { type } = at as { type?: unknown };
    if (typeof type === 'string') return type;
  }
  return undefined;
}
