import { createGroupReader, type FetchedRecord, type KafkaConnection, type TopicPartition } from '@switchboard/kafka';
import type { Logger } from 'pino';
import type { ConsumeLimits } from '../options.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { Assignment, type AssignmentOptions } from './assignment.ts';
import { createPatience, type Patience } from './patience.ts';

export interface SubscriptionOptions {
  connection: KafkaConnection;
  groupId: string;
  topics: readonly string[];
  limits: ConsumeLimits;
  logger: Logger;
  assignment: Omit<AssignmentOptions, 'roomMade'>;
  /** Whether reading should rest even if there is room. */
  resting(): boolean;
  failed(error: Error): void;
  /** `records` of a topic were deleted before they were read. */
  lost(topic: string, records: number): void;
}

/** The membership in the group: fills assignments with records and commits their progress. */
export interface Subscription {
  start(): Promise<void>;
  /** Pauses partitions that are full and resumes those that have room. */
  reconcile(): void;
  commit(): Promise<void>;
  stop(limitMs: number): Promise<void>;
  readonly current: Assignment | undefined;
  /** When the fetch loop last did something; for the watchdog. */
  readonly lastActivityAt: number;
  readonly paused: number;
  /** The number of assignments so far. */
  readonly generation: number;
}

export function createSubscription(options: SubscriptionOptions): Subscription {
  const { connection, groupId, topics, limits, logger, failed, lost } = options;
  let assignment: Assignment | undefined;
  let committing: Promise<void> | undefined;
  let commits: NodeJS.Timeout | undefined;
  let generation = 0;
  let stopping = false;
  let patience: Patience | undefined;
  const pausedPartitions = new Set<AssignedPartition>();
  const find = ({ topic, partition }: TopicPartition): AssignedPartition | undefined =>
    assignment?.find(topic, partition);

  const reader = createGroupReader({
    connection,
    clientId: `${groupId}-consumer`,
    groupId,
    topics,
    sessionTimeoutMs: limits.sessionTimeoutMs,
    logger,
    listener: {
      assigned(partitions) {
        generation += 1;
        pausedPartitions.clear();
        assignment = new Assignment(partitions, { ...options.assignment, roomMade });
      },
      revoked: () => assignment?.end(),
      // The old generation may commit until the new one is formed. Committed records need not be read again.
      rebalancing: () => void commit(),
      starts(offsets) {
        for (const at of offsets) find(at)?.begin(at.offset);
        reconcile();
      },
      skipped: (at, offset) => find(at)?.skipTo(offset),
      records: take,
      lost,
      failed,
    },
  });

  async function take(at: TopicPartition, records: readonly FetchedRecord[], next: number): Promise<void> {
    const partition = find(at);
    if (partition === undefined) return;
    assignment?.take(partition, records);
    partition.expected = next;
    await untilRoom(partition);
    reconcile();
  }

  /**
   * Gives full partitions a moment to empty before they are paused, when all batches of a fetch were taken. A fetch
   * without the paused partitions takes its full wait if there is nothing to read elsewhere.
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
      if (partition.expected === undefined) continue;
      const isPaused = pausedPartitions.has(partition);
      if (!isPaused && (resting || partition.isFull)) {
        pausedPartitions.add(partition);
        partition.isPaused = true;
        reader.pause(partition);
      } else if (isPaused && !resting && partition.hasRoom) {
        pausedPartitions.delete(partition);
        partition.isPaused = false;
        reader.resume(partition);
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
    const done = assignment?.uncommitted() ?? [];
    if (done.length === 0) return;
    const offsets = done.map(({ partition: { topic, partition }, offset }) => ({ topic, partition, offset }));
    try {
      if (!(await reader.commit(offsets))) return;
      for (const { partition, offset } of done) partition.committed = offset;
    } catch (error) {
      logger.warn({ err: error }, 'could not commit, trying again');
    }
  }

  return {
    async start() {
      await reader.start();
      commits = setInterval(() => void commit(), limits.commitIntervalMs);
    },
    reconcile,
    commit,
    async stop(limitMs) {
      await committing;
      await commit();
      stopping = true;
      clearInterval(commits);
      await reader.stop(limitMs);
    },
    get current() {
      return assignment;
    },
    get lastActivityAt() {
      return reader.lastActivityAt;
    },
    get generation() {
      return generation;
    },
    get paused() {
      return pausedPartitions.size;
    },
  };
}
