import { withinLimit } from '@switchboard/async';
import type { KafkaConnection } from '../connection.ts';
import { type DeliveryCode, DeliveryError } from '../error.ts';
import type { PlacedRecord } from './record.ts';

/** The operations that publishing needs from a Kafka client library. */
export interface ProduceClient {
  /**
   * Sends these records once, to all in-sync replicas, without retries. Resolves when all are acknowledged. Rejects
   * with `DeliveryError` if the broker rejects them permanently, and with any other error if the outcome is unknown.
   */
  sendBatch(records: readonly PlacedRecord[]): Promise<void>;
  /** @throws DeliveryError `UNKNOWN_TOPIC` */
  partitions(topic: string): Promise<number>;
  /** Rejects when no broker answers. */
  check(): Promise<void>;
  /** Returns within a time limit, whatever the brokers do. */
  close(): Promise<void>;
}

/**
 * Opens a new connection to the first reachable broker and loads the metadata of these topics. The client's metadata
 * and connections do not outlive it.
 */
export type OpenClient = (brokers: readonly string[], topics: readonly string[]) => Promise<ProduceClient>;

/** Long enough for TLS over a slow connection. */
export const CONNECT_TIMEOUT_MS = 1_000;
/** Three attempts fit into a publish's 2.4 s; a healthy cluster responds within 50 ms. */
export const ATTEMPT_TIMEOUT_MS = 800;
/** Shorter than an attempt, so that the client has closed the connection before the next attempt begins. */
export const REQUEST_TIMEOUT_MS = 700;
/** Never expires: a renewed client loads new metadata in the background, so that no send waits for it. */
export const METADATA_MAX_AGE_MS = 1e12;

/** How long a client may take to disconnect before its sockets are destroyed. */
const GOODBYE_MS = 1_000;

export async function closeWithin(close: () => Promise<unknown>, destroy: () => void): Promise<void> {
  try {
    await withinLimit(GOODBYE_MS, close);
  } finally {
    destroy();
  }
}

export function unknownTopic(topic: string, cause: unknown): DeliveryError {
  return new DeliveryError('UNKNOWN_TOPIC', `The topic ${topic} does not exist: create it first`, { cause });
}

/** A client that does not know a partition may drop a record silently or send it to another partition. */
export const unknownPartition = ({ topic, partition }: PlacedRecord): Error =>
  new Error(`The client does not know partition ${partition} of ${topic}`);

/**
 * The permanent rejection that these Kafka error names stand for, if retrying cannot help.
 * @param topics those of the request
 */
export function refusal(
  names: readonly string[],
  cause: unknown,
  topics: readonly string[],
  { principal = 'this client' }: Pick<KafkaConnection, 'principal'>,
): DeliveryError | undefined {
  for (const name of names) {
    const code = REFUSALS.get(name);
    if (code === undefined) continue;
    const message =
      name === 'TOPIC_AUTHORIZATION_FAILED'
        ? `Kafka denies ${principal} Write on topic ${[...new Set(topics)].join(' or ')}`
        : `Kafka rejects the record permanently: ${name}`;
    return new DeliveryError(code, message, { cause });
  }
  return undefined;
}

const REFUSALS: ReadonlyMap<string, DeliveryCode> = new Map([
  ['MESSAGE_TOO_LARGE', 'TOO_LARGE'],
  ['RECORD_LIST_TOO_LARGE', 'TOO_LARGE'],
  ['INVALID_RECORD', 'INVALID_RECORD'],
  ['INVALID_TIMESTAMP', 'INVALID_RECORD'],
  ['INVALID_TOPIC_EXCEPTION', 'REFUSED'],
  ['TOPIC_AUTHORIZATION_FAILED', 'REFUSED'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'REFUSED'],
  ['POLICY_VIOLATION', 'REFUSED'],
]);
