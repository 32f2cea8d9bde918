import { withinLimit } from '@switchboard/async';
import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { AssignedPartition } from './assigned-partition.ts';
import { Assignment, type AssignmentOptions } from './assignment.ts';
import type { ConsumeLimits } from './options.ts';
import { createPatience, type Patience } from './patience.ts';
import { createPositions } from './positions.ts';
import { type StartOffset, startOffsets } from './start-offsets.ts';

export interface SubscriptionOptions {
  kafka: Kafka;
  groupId: string;
  topics: readonly string[];
  limits: ConsumeLimits;
  logger: Logger;
  assignment: Omit<AssignmentOptions, 'roomMade'>;
  /** Whether reading should rest, whatever room there is. */
  resting(): boolean;
  failed(error: Error): void;
  /** So many records of a topic were deleted before they were read. */
  lost(topic: string, records: number): void;
}

/** The group's membership and what it brings: assignments that fill with records, and whose progress is committed. */
export interface Subscription {
  start(): Promise<void>;
  /** Pauses and resumes partitions by the room they have. */
  reconcile(): void;
  commit(): Promise<void>;
  stop(limitMs: number): Promise<void>;
  readonly current: Assignment | undefined;
  /** When something last came from the broker, or was tried; for the watchdog. */
  readonly lastActivityAt: number;
  readonly paused: number;
  /** How many assignments there were. */
  readonly generation: number;
}

/** kafkajs sleeps this long when everything is paused, and a resumed partition waits for the fetch under way. */
const FETCH_WAIT_MS = 100;
/** All batches of a fetch are handed over together. */
const BATCHES_AT_A_TIME = 256;
const HEARTBEAT_MS = 3_000;
const MAX_BYTES_PER_PARTITION = 128 * 1024;
/** kafkajs makes objects of a whole answer at once, several times its size. */
const MAX_BYTES = 1024 * 1024;

/**
 * Uses kafkajs for the protocol only. `eachBatch` hands records to the assignment and returns; where to start is
 * decided here and every batch is checked against it: kafkajs can deliver a batch that was asked for before a
 * rebalance, and skips what lies between when that is taken.
 */
export function createSubscription(options: SubscriptionOptions): Subscription {
  const { kafka, groupId, topics, limits, logger } = options;
  const consumer: Consumer = kafka.consumer({
    groupId,
    sessionTimeout: limits.sessionTimeoutMs,
    rebalanceTimeout: limits.sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, limits.sessionTimeoutMs / 3),
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxBytes: MAX_BYTES,
    retry: { retries: 10, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  const admin = kafka.admin();
  let assignment: Assignment | undefined;
  let payload: EachBatchPayload | undefined;
  let committing: Promise<void> | undefined;
  let generation = 0;
  let stopping = false;
  let lastActivityAt = performance.now();
  let patience: Patience | undefined;
  const pausedPartitions = new Set<AssignedPartition>();
  const timers: NodeJS.Timeout[] = [];

  const positions = createPositions({
    ...options,
    seek: (entry, offset) => consumer.seek({ topic: entry.topic, partition: entry.partition, offset: String(offset) }),
    find: (topic, partition) => assignment?.find(topic, partition),
  });

  const active = (): void => {
    lastActivityAt = performance.now();
  };
  consumer.on('consumer.fetch_start', active);
  consumer.on('consumer.heartbeat', active);
  consumer.on('consumer.group_join', joined);
  // The old generation may still commit until the new one is formed: what is done need not be read again.
  consumer.on('consumer.rebalancing', () => void commit());
  consumer.on('consumer.crash', crashed);
  // An event of our patch.
  consumer.on('consumer.offset_reset' as 'consumer.stop', positions.reset as unknown as () => void);

  function joined({ payload: { memberAssignment } }: ConsumerGroupJoinEvent): void {
    active();
    assignment?.end();
    payload = undefined;
    generation += 1;
    pausedPartitions.clear();
    assignment = new Assignment(memberAssignment as Record<string, number[]>, {
      ...options.assignment,
      roomMade,
    });
    logger.info({ partitions: assignment.partitions.length }, 'partitions assigned');
    // Nothing is fetched until it is known from where: kafkajs would ask for an offset that the log may not have.
    const all = Object.entries(memberAssignment).map(([topic, partitions]) => ({ topic, partitions }));
    consumer.pause(all);
    finding = findStarts(assignment, () => consumer.resume(all));
  }

  let finding = Promise.resolve();
  async function findStarts(joinedAssignment: Assignment, resume: () => void): Promise<void> {
    const { partitions } = joinedAssignment;
    while (joinedAssignment.active && !stopping) {
      try {
        const starts = await startOffsets(admin, groupId, partitions);
        if (!joinedAssignment.active || stopping) return;
        for (const [index, entry] of partitions.entries()) {
          const { topic, partition } = entry;
          const { offset, lost } = starts[index] as StartOffset;
          if (lost !== undefined) positions.startsLate(entry, lost);
          entry.begin(offset);
          consumer.seek({ topic, partition, offset: String(offset) });
        }
        // A pause outlives a rebalance in kafkajs: this ends those of the last assignment as well.
        resume();
        break;
      } catch (error) {
        logger.warn({ err: error }, 'could not find where to start, trying again');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
    reconcile();
  }

  /** Nothing may be thrown at kafkajs: it would start over at the same offset for ever, or end without a word. */
  async function eachBatch(next: EachBatchPayload): Promise<void> {
    try {
      await takeBatch(next);
    } catch (error) {
      options.failed(new Error('a batch could not be taken', { cause: error }));
    }
  }

  async function takeBatch(next: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, isRunning, isStale } = next;
    const taker = assignment;
    payload = next;
    if (taker === undefined || stopping || !isRunning() || isStale()) return;
    const partition = taker.find(batch.topic, batch.partition);
    // It was fetched before the rebalance.
    if (partition?.expected === undefined) return;
    if (!positions.fits(batch, partition)) return;
    taker.take(partition, batch.messages);
    partition.expected = Number(batch.lastOffset()) + 1;
    resolveOffset(batch.lastOffset());
    await untilRoom(partition);
    reconcile();
  }

  /**
   * When all batches of a fetch were taken, full partitions get a moment to empty before they are paused: the fetch
   * after a pause goes without them, and takes FETCH_WAIT_MS when there is nothing to read elsewhere.
   */
  async function untilRoom(partition: AssignedPartition): Promise<void> {
    if (!partition.isFull || options.resting()) return;
    patience ??= createPatience();
    await patience.until(partition);
    patience = undefined;
  }

  function reconcile(): void {
    if (assignment === undefined || stopping) return;
    const resting = options.resting();
    for (const partition of assignment.partitions) {
      const { topic, partition: number } = partition;
      if (partition.expected === undefined) continue;
      const isPaused = pausedPartitions.has(partition);
      if (!isPaused && (resting || partition.isFull)) {
        pausedPartitions.add(partition);
        consumer.pause([{ topic, partitions: [number] }]);
      } else if (isPaused && !resting && partition.hasRoom) {
        pausedPartitions.delete(partition);
        consumer.resume([{ topic, partitions: [number] }]);
      }
    }
  }

  let reconciling = false;
  function roomMade(): void {
    if ((pausedPartitions.size === 0 && patience === undefined) || reconciling) return;
    reconciling = true;
    setImmediate(() => {
      reconciling = false;
      patience?.look();
      reconcile();
    });
  }

  function commit(): Promise<void> {
    committing ??= commitNow().finally(() => {
      committing = undefined;
    });
    return committing;
  }

  async function commitNow(): Promise<void> {
    const positions = assignment?.uncommitted() ?? [];
    if (positions.length === 0 || payload === undefined) return;
    try {
      // Bound to the generation of its assignment: a later one, or a zombie's, is refused by the broker.
      await payload.commitOffsetsIfNecessary({
        topics: positions.map(({ partition: { topic, partition }, offset }) => ({
          topic,
          partitions: [{ partition, offset: String(offset) }],
        })),
      });
      for (const { partition, offset } of positions) partition.committed = offset;
    } catch (error) {
      logger.warn({ err: error }, 'could not commit, trying again');
    }
  }

  function crashed({ payload: { error, restart } }: ConsumerCrashEvent): void {
    active();
    assignment?.end();
    if (!restart && !stopping) options.failed(new Error('the Kafka consumer has crashed', { cause: error }));
  }

  return {
    async start() {
      await Promise.all([admin.connect(), consumer.connect()]);
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: BATCHES_AT_A_TIME,
        eachBatch,
      });
      timers.push(
        setInterval(() => void commit(), limits.commitIntervalMs),
        // kafkajs beats only between fetches, and a fetch can hang on one broker.
        setInterval(() => void payload?.heartbeat().catch(() => {}), HEARTBEAT_MS),
      );
    },
    reconcile,
    commit,
    async stop(limitMs) {
      await committing;
      await commit();
      stopping = true;
      for (const timer of timers) clearInterval(timer);
      assignment?.end();
      await withinLimit(limitMs, async () => {
        await consumer.disconnect();
        // kafkajs would connect once more for a request that is under way, and stay so.
        await finding;
        await admin.disconnect();
      });
    },
    get current() {
      return assignment;
    },
    get lastActivityAt() {
      return lastActivityAt;
    },
    get generation() {
      return generation;
    },
    get paused() {
      return pausedPartitions.size;
    },
  };
}
