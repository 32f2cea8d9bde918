import type { Logger } from 'pino';
import type { KafkaConnection } from '../connection.ts';
import type { FetchedRecord, TopicPartition } from '../group/fetched-record.ts';
import { createGroupReader } from '../group/group-reader.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { Assignment, type AssignmentOptions } from './assignment.ts';
import type { ConsumeLimits } from './options.ts';
import { createPatience, type Patience } from './patience.ts';

export interface SubscriptionOptions {
  connection: KafkaConnection;
  groupId: string;
  topics: readonly string[];
  limits: ConsumeLimits;
  logger: Logger;
  assignment: Omit<AssignmentOptions, 'roomMade'>;
  /** Whether reading should rest, whatever room there is. */
  resting(): boolean;
  failed(error: Error): void;
  /** This many records of a topic were deleted before they were read. */
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
      // The old generation may still commit until the new one is formed: what is done need not be read again.
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
   * When all batches of a fetch were taken, full partitions get a moment to empty before they are paused: the fetch
   * after a pause goes without them, and takes its full wait when there is nothing to read elsewhere.
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
        reader.pause(partition);
      } else if (isPaused && !resting && partition.hasRoom) {
        pausedPartitions.delete(partition);
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
