import { setTimeout as sleep } from 'node:timers/promises';
import { withinLimit } from '@switchboard/async';
import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { Logger } from 'pino';
import { createKafka, type KafkaConnection, protocolError } from '../connection.ts';
import type { FetchedRecord, TopicPartition } from './fetched-record.ts';
import { groupRefusal } from './group-refusal.ts';
import { createPositions, type Position } from './positions.ts';
import { type StartOffset, startOffsets } from './start-offsets.ts';

/** Receives the events of a consumer group. Each generation assigns partitions; the next rebalance revokes them. */
export interface GroupListener {
  /** A generation began. This process owns exactly these partitions, by topic. */
  assigned(partitions: Readonly<Record<string, readonly number[]>>): void;
  /** The generation ended. Another process may own its partitions. */
  revoked(): void;
  /** A rebalance began. This is the last chance to commit. */
  rebalancing(): void;
  /** Reading starts at these offsets, which count as committed. */
  starts(offsets: readonly CommittedOffset[]): void;
  /** Records before `offset` were deleted before they were read. Reading continues there. */
  skipped(at: TopicPartition, offset: number): void;
  /** Records in order, all before `next`. The partition's next batch follows when the promise resolves. */
  records(at: TopicPartition, records: readonly FetchedRecord[], next: number): Promise<void>;
  /** This many records of a topic were deleted before they were read. */
  lost(topic: string, records: number): void;
  /** The reader cannot continue. */
  failed(error: Error): void;
}

export interface GroupReaderOptions {
  connection: KafkaConnection;
  clientId: string;
  groupId: string;
  topics: readonly string[];
  sessionTimeoutMs: number;
  logger: Logger;
  listener: GroupListener;
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: number;
}

/** A member of a consumer group. It reads and commits; its listener decides which records are done. */
export interface GroupReader {
  start(): Promise<void>;
  pause(at: TopicPartition): void;
  resume(at: TopicPartition): void;
  /**
   * Commits for the current generation. The broker rejects commits of an earlier generation and of a zombie member.
   * @returns false without a current generation
   */
  commit(offsets: readonly CommittedOffset[]): Promise<boolean>;
  /** Leaves the group. */
  stop(limitMs: number): Promise<void>;
  /** The last time that the broker delivered data or a fetch was tried, on the clock of `performance.now()`. */
  readonly lastActivityAt: number;
}

/** A broker that does not answer must not block work that does not need it. */
const CLIENT_SETTINGS = { requestTimeout: 10_000, connectionTimeout: 2_000 };
/** kafkajs sleeps this long while everything is paused, and a resumed partition waits for the running fetch. */
const FETCH_WAIT_MS = 100;
/**
 * New records are fetched this often at most. A fetch names every partition: for each record alone, it would cost the
 * broker and us more than the record. While there is more to read, nothing waits.
 */
const FETCH_EVERY_MS = 10;
/** All batches of a fetch are delivered at once. */
const BATCHES_AT_A_TIME = 256;
const HEARTBEAT_MS = 3_000;
const MAX_BYTES_PER_PARTITION = 128 * 1024;
/** kafkajs decodes a whole response at once, into objects several times its size. */
const MAX_BYTES = 1024 * 1024;
const RETRY_START_MS = 500;

/** The partitions of the current generation. */
class Generation {
  active = true;
  readonly positions: readonly Position[];
  readonly #byTopic: ReadonlyMap<string, ReadonlyMap<number, Position>>;

  constructor(topics: Readonly<Record<string, readonly number[]>>) {
    this.#byTopic = new Map(
      Object.entries(topics).map(([topic, partitions]) => [
        topic,
        new Map(partitions.map((partition) => [partition, { topic, partition, expected: undefined }])),
      ]),
    );
    this.positions = [...this.#byTopic.values()].flatMap((partitions) => [...partitions.values()]);
  }

  find(topic: string, partition: number): Position | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }
}

/**
 * Uses kafkajs only for the protocol. The start offset is decided here, and every batch is checked against the expected
 * offset: kafkajs can deliver a batch that was requested before a rebalance, and would then skip records.
 */
export function createGroupReader(options: GroupReaderOptions): GroupReader {
  const { groupId, topics, logger, listener, sessionTimeoutMs } = options;
  const kafka = createKafka(options.connection, options.clientId, logger, CLIENT_SETTINGS);
  const consumer: Consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, sessionTimeoutMs / 3),
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxBytes: MAX_BYTES,
    retry: { retries: 10, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  let generation: Generation | undefined;
  let payload: EachBatchPayload | undefined;
  let stopping = false;
  let lastActivityAt = performance.now();
  let fetchedAt = 0;
  /** Whether the last fetch left records in a partition. */
  let isMore = false;
  let finding = Promise.resolve();
  let heartbeats: NodeJS.Timeout | undefined;

  const seek = ({ topic, partition }: TopicPartition, offset: number): void =>
    consumer.seek({ topic, partition, offset: String(offset) });
  const positions = createPositions({
    seek,
    skipped: listener.skipped,
    lost: listener.lost,
    failed: listener.failed,
    logger,
  });

  const active = (): void => {
    lastActivityAt = performance.now();
  };
  consumer.on('consumer.fetch_start', () => {
    active();
    fetchedAt = lastActivityAt;
    isMore = false;
  });
  consumer.on('consumer.heartbeat', active);
  consumer.on('consumer.group_join', joined);
  consumer.on('consumer.rebalancing', listener.rebalancing);
  consumer.on('consumer.crash', crashed);
  // An event of our kafkajs patch: the requested offset is not in the log.
  consumer.on('consumer.offset_reset' as 'consumer.stop', (event) => {
    const { topic, partition, offset } = (event as unknown as { payload: TopicPartition & { offset: string } }).payload;
    positions.reset(generation?.find(topic, partition), Number(offset));
  });

  function joined({ payload: { memberAssignment } }: ConsumerGroupJoinEvent): void {
    active();
    end();
    payload = undefined;
    const partitions = memberAssignment as Record<string, number[]>;
    generation = new Generation(partitions);
    listener.assigned(partitions);
    logger.info({ partitions: generation.positions.length }, 'partitions assigned');
    // Fetching starts only with a known offset: kafkajs would request an offset that the log may not have.
    const all = Object.entries(partitions).map(([topic, numbers]) => ({ topic, partitions: numbers }));
    consumer.pause(all);
    finding = findStarts(generation, () => consumer.resume(all));
  }

  async function findStarts(joinedGeneration: Generation, resume: () => void): Promise<void> {
    while (joinedGeneration.active && !stopping) {
      try {
        const starts = await askForStarts(joinedGeneration.positions);
        if (!joinedGeneration.active || stopping) return;
        for (const [index, position] of joinedGeneration.positions.entries()) {
          const { offset, lost } = starts[index] as StartOffset;
          if (lost !== undefined) positions.startsLate(position, lost);
          position.expected = offset;
          seek(position, offset);
        }
        // A pause outlives a rebalance in kafkajs. This also resumes the partitions paused in the last generation.
        resume();
        listener.starts(
          joinedGeneration.positions.map(({ topic, partition, expected = 0 }) => ({
            topic,
            partition,
            offset: expected,
          })),
        );
        return;
      } catch (error) {
        const refused = await explain(error);
        if (refused !== undefined) return listener.failed(refused);
        logger.warn({ err: error }, 'cannot determine the start offsets, retrying');
        await sleep(RETRY_START_MS);
      }
    }
  }

  /**
   * With a client of its own: one that was opened earlier asks the leaders of up to five minutes ago, and goes on to do so
   * when they say that they no longer lead.
   */
  async function askForStarts(partitions: readonly TopicPartition[]): Promise<StartOffset[]> {
    const admin = kafka.admin();
    try {
      await admin.connect();
      return await startOffsets(admin, groupId, partitions);
    } finally {
      await admin.disconnect();
    }
  }

  /** Nothing may throw into kafkajs: it would retry the same offset forever or stop silently. */
  async function eachBatch(next: EachBatchPayload): Promise<void> {
    try {
      await handOver(next);
    } catch (error) {
      listener.failed(new Error('cannot process a batch', { cause: error }));
    }
  }

  async function handOver(next: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, isRunning, isStale } = next;
    payload = next;
    if (stopping || !isRunning() || isStale()) return;
    const position = generation?.active ? generation.find(batch.topic, batch.partition) : undefined;
    // Fetched before the rebalance.
    if (position?.expected === undefined) return;
    const from = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    const highWatermark = Number(batch.highWatermark);
    if (!positions.fits({ from, highWatermark }, position)) return;
    const last = batch.lastOffset();
    position.expected = Number(last) + 1;
    isMore ||= position.expected < highWatermark;
    const taken = listener.records(position, batch.messages as readonly FetchedRecord[], position.expected);
    resolveOffset(last);
    await taken;
    const waitMs = fetchedAt + FETCH_EVERY_MS - performance.now();
    if (waitMs > 0 && !isMore && consumer.paused().length === 0) await sleep(waitMs);
  }

  function end(): void {
    if (generation === undefined || !generation.active) return;
    generation.active = false;
    listener.revoked();
  }

  function crashed({ payload: { error, restart } }: ConsumerCrashEvent): void {
    active();
    end();
    void explain(error).then((refused) => {
      if ((restart && refused === undefined) || stopping) return;
      listener.failed(refused ?? new Error('the Kafka consumer crashed', { cause: error }));
    });
  }

  /** The right that we lack, or the credentials that Kafka refuses: a retry would not help. */
  function explain(error: unknown): Promise<Error | undefined> {
    const isOfTopic = protocolError(error) === 'TOPIC_AUTHORIZATION_FAILED';
    const right = isOfTopic ? `Read on topic ${topics.join(' or ')}` : `Read on group ${groupId}`;
    return groupRefusal(error, options.connection, groupId, right);
  }

  return {
    async start() {
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [...topics], fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: BATCHES_AT_A_TIME,
          eachBatch,
        });
      } catch (error) {
        throw (await explain(error)) ?? error;
      }
      // kafkajs sends heartbeats only between fetches, and a fetch can hang on one broker.
      heartbeats = setInterval(() => void payload?.heartbeat().catch(() => {}), HEARTBEAT_MS);
    },
    pause: ({ topic, partition }) => consumer.pause([{ topic, partitions: [partition] }]),
    resume: ({ topic, partition }) => consumer.resume([{ topic, partitions: [partition] }]),
    async commit(offsets) {
      if (payload === undefined) return false;
      await payload.commitOffsetsIfNecessary({
        topics: offsets.map(({ topic, partition, offset }) => ({
          topic,
          partitions: [{ partition, offset: String(offset) }],
        })),
      });
      return true;
    },
    async stop(limitMs) {
      stopping = true;
      clearInterval(heartbeats);
      end();
      await withinLimit(limitMs, async () => {
        await consumer.disconnect();
        await finding;
      });
    },
    get lastActivityAt() {
      return lastActivityAt;
    },
  };
}
