import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { KafkaConnection } from '../connection.ts';
import { DeliveryError } from '../error.ts';
import { createBatcher, type Partition } from './batcher.ts';
import { ATTEMPT_TIMEOUT_MS, type ProduceClient } from './client.ts';
import { systemClock } from './clock.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import type { Settled } from './partition-queue.ts';
import { createPartitioner } from './partitioner.ts';
import { platformaticClient } from './platformatic-client.ts';
import { createPublisherMetrics } from './publisher-metrics.ts';
import { type OutgoingRecord, type PlacedRecord, sizeOf } from './record.ts';
import { createRenewingClient } from './renewing-client.ts';
import { createTopicGate } from './topic-gate.ts';

export interface PublisherOptions extends KafkaConnection {
  clientId: string;
  /** The Kafka client library. Both give the same guarantees. */
  client?: ClientName;
  /** Time limit of a record without a deadline of its own; default 2.4 s. */
  deadlineMs?: number;
  /** Limit of unacknowledged bytes; records beyond it are refused with `QUEUE_FULL`; default 64 MiB. */
  maxQueueBytes?: number;
  /** Larger records are refused with `TOO_LARGE`. Must not exceed the topics' `max.message.bytes`; default 2 MiB. */
  maxRecordBytes?: number;
  logger: Logger;
  metrics?: Registry;
}

export interface Publisher {
  /**
   * Resolves when all in-sync replicas have the record. Rejects with `DeliveryError`, no later than the record's
   * deadline. Acknowledged records of a key are in the topic in the order of the calls.
   */
  publish(record: OutgoingRecord): Promise<void>;
  /** Rejects when no broker answers. */
  check(): Promise<void>;
  /** Refuses new records, waits until earlier ones settle or expire, then disconnects. */
  close(): Promise<void>;
}

const CLIENTS = { platformatic: platformaticClient, kafkajs: kafkajsClient } as const;
export type ClientName = keyof typeof CLIENTS;

/** @throws KafkaError `UNREACHABLE` when no broker answers. */
export async function createPublisher(options: PublisherOptions): Promise<Publisher> {
  const open = CLIENTS[options.client ?? 'platformatic'](options, options.clientId);
  return publishThrough(await createRenewingClient(options, open), options);
}

type PublishOptions = Omit<PublisherOptions, 'brokers' | 'clientId' | 'client'>;

export function publishThrough(client: ProduceClient, options: PublishOptions): Publisher {
  const { deadlineMs = 2_400, maxQueueBytes = 64 * 1024 * 1024, maxRecordBytes = 2 * 1024 * 1024, logger } = options;
  const clock = systemClock;
  const choosePartition = createPartitioner();
  const gate = createTopicGate(clock, (topic) => client.partitions(topic));
  const isolated = new Set<Partition>();
  const batcher = createBatcher({
    sendBatch: (records) => client.sendBatch(records),
    maxQueueBytes,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    clock,
    onIsolated(partitions, error) {
      for (const partition of partitions) isolated.add(partition);
      logger.warn({ err: error, partitions: partitions.map(nameOf) }, 'Kafka did not acknowledge a batch, retrying');
    },
    onRejoined(partition) {
      isolated.delete(partition);
      logger.info({ partition: nameOf(partition) }, 'Kafka accepts records again');
    },
  });
  const metrics = createPublisherMetrics(options.metrics, {
    queueBytes: () => batcher.bytes + gate.bytes,
    isolated: () => isolated.size,
  });

  function enter(record: PreparedRecord, partitions: number, deadline: number, done: Settled): void {
    const { topic, key, value, headers, timestamp, bytes } = record;
    const partition = record.partition ?? choosePartition(topic, key, partitions);
    if (partition >= 0 && partition < partitions) {
      batcher.add({ topic, partition, key, value, headers, timestamp }, bytes, deadline, done);
    } else {
      done(new DeliveryError('UNKNOWN_TOPIC', `The topic ${topic} has no partition ${partition}`));
    }
  }

  function submit(outgoing: OutgoingRecord, startedAt: number, done: Settled): void {
    const record = prepare(outgoing);
    const { topic, bytes, timestamp } = record;
    const deadline = startedAt + (outgoing.deadline === undefined ? deadlineMs : outgoing.deadline - timestamp);
    const partitions = gate.partitions(topic);
    if (bytes > maxRecordBytes) {
      done(new DeliveryError('TOO_LARGE', `The record has ${bytes} bytes, more than the limit of ${maxRecordBytes}`));
    } else if (partitions !== undefined) {
      enter(record, partitions, deadline, done);
    } else if (gate.bytes + batcher.bytes + bytes > maxQueueBytes) {
      done(new DeliveryError('QUEUE_FULL', 'Kafka is slower than what arrives: send again later'));
    } else {
      gate.wait(topic, { bytes, deadline, done, enter: (count) => enter(record, count, deadline, done) });
    }
  }

  return {
    publish(record) {
      const startedAt = clock.now();
      return new Promise((resolve, reject) => {
        submit(record, startedAt, (error) => {
          metrics.settled(clock.now() - startedAt, error);
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    },
    check: () => client.check(),
    async close() {
      await batcher.close();
      await client.close();
    },
  };
}

interface PreparedRecord extends Omit<PlacedRecord, 'partition'> {
  readonly partition: number | undefined;
  readonly bytes: number;
}

function prepare({ topic, partition, key: sent, value, headers }: OutgoingRecord): PreparedRecord {
  const key = typeof sent === 'string' ? Buffer.from(sent) : sent;
  return { topic, partition, key, value, headers, timestamp: Date.now(), bytes: sizeOf({ key, value, headers }) };
}

const nameOf = ({ topic, partition }: Partition) => `${topic}[${partition}]`;
