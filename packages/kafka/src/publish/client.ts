import { withinLimit } from '@switchboard/async';
import { type DeliveryCode, DeliveryError } from '../error.ts';
import type { PlacedRecord } from './record.ts';

/** All that publishing asks of a Kafka client library. */
export interface ProduceClient {
  /**
   * Sends these records once, to all in-sync replicas, without any retry. Resolves when every one of them is
   * acknowledged; rejects with `DeliveryError` when the broker will never take them, and with anything else when it is
   * not known what became of them.
   */
  sendBatch(records: readonly PlacedRecord[]): Promise<void>;
  /** @throws DeliveryError `UNKNOWN_TOPIC` */
  partitions(topic: string): Promise<number>;
  /** Rejects when no broker answers. */
  check(): Promise<void>;
  /** Bounded, whatever the brokers do. */
  close(): Promise<void>;
}

/**
 * Connects anew, to the first of the brokers that it reaches, and learns where these topics are. What the client knows
 * and holds open does not outlive it.
 */
export type OpenClient = (brokers: readonly string[], topics: readonly string[]) => Promise<ProduceClient>;

/** Long enough for TLS over a slow line. */
export const CONNECT_TIMEOUT_MS = 1_000;
/** Three attempts fit into the 2.4 s that a publish has; a healthy cluster answers within 50 ms. */
export const ATTEMPT_TIMEOUT_MS = 800;
/** Shorter than an attempt, so that the client has closed the connection before the next attempt begins. */
export const REQUEST_TIMEOUT_MS = 700;
/** Metadata is renewed with the client, in the background; never in the way of a send. */
export const METADATA_MAX_AGE_MS = 1e12;

/** How long a client may take to say goodbye before its sockets are destroyed. */
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

/** A client that does not know a partition may drop a record for it without a word, or put it elsewhere. */
export const unknownPartition = ({ topic, partition }: PlacedRecord): Error =>
  new Error(`The client knows no partition ${partition} of ${topic}`);

/** What a broker's answer means for a record, if no repetition can change it. Takes Kafka's names of the errors. */
export function refusal(names: readonly string[], cause: unknown): DeliveryError | undefined {
  for (const name of names) {
    const code = REFUSALS.get(name);
    if (code !== undefined) return new DeliveryError(code, `Kafka will not take this: ${name}`, { cause });
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
