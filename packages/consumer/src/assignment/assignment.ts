import type { FetchedRecord } from '@switchboard/kafka';
import { createDelayQueue, type DelayQueue } from '../queues/delay-queue.ts';
import { AssignedPartition, type PartitionOptions } from './assigned-partition.ts';
import type { TrackedOffset } from './offset-tracker.ts';
import type { ConsumedRecord } from './record.ts';

export interface AssignmentOptions extends Pick<PartitionOptions, 'offer' | 'roomMade'> {
  /** Whether the service handles this type. Records of other types are settled as soon as they are read. */
  handles(type: string): boolean;
  skipped(record: ConsumedRecord): void;
  /** A record was read. */
  accepted(from: 'source' | 'retry'): void;
  /** `count` records stay unfinished; the next owner reads them again. */
  left(count: number): void;
  /** Whether records of this topic wait until they are due. */
  isDelayed(topic: string): boolean;
  /** The longest time that a record may wait in a delayed topic. */
  longestWaitMs: number;
  bufferBytes: number;
  commitWindow: number;
}

/**
 * The partitions that this process owns in one generation of the group. An assignment ends with the next rebalance.
 * Records that were read but did not run are then dropped, since their new owner reads them again. Running handlers
 * finish and are marked in Redis, but commit nothing.
 */
export class Assignment {
  active = true;
  readonly partitions: readonly AssignedPartition[];
  readonly #options: AssignmentOptions;
  readonly #byTopic = new Map<string, Map<number, AssignedPartition>>();
  readonly #delayQueue: DelayQueue<ConsumedRecord>;

  constructor(topics: Readonly<Record<string, readonly number[]>>, options: AssignmentOptions) {
    this.#options = options;
    const names = Object.entries(topics).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    // Source topics and retry topics get half of the memory each, so that neither can keep the other from being read.
    const delayed = names.filter(({ topic }) => options.isDelayed(topic)).length;
    const share = (count: number) => ({
      bufferBytes: options.bufferBytes / 2 / Math.max(count, 1),
      commitWindow: options.commitWindow,
    });
    const [limits, delayedLimits] = [share(names.length - delayed), share(delayed)];
    this.partitions = names.map((name) => {
      const entry = new AssignedPartition({
        ...name,
        limits: options.isDelayed(name.topic) ? delayedLimits : limits,
        longestWaitMs: options.isDelayed(name.topic) ? options.longestWaitMs : undefined,
        offer: options.offer,
        roomMade: options.roomMade,
      });
      const siblings = this.#byTopic.get(name.topic) ?? new Map();
      this.#byTopic.set(name.topic, siblings.set(name.partition, entry));
      return entry;
    });
    this.#delayQueue = createDelayQueue<ConsumedRecord>(
      ({ position }) => position.dueAt,
      (record) => this.find(record.from.topic, record.from.partition)?.enter(record),
    );
  }

  find(topic: string, partition: number): AssignedPartition | undefined {
    return this.#byTopic.get(topic)?.get(partition);
  }

  /** Takes a batch into memory: due records go to their key queues, the rest to the delay queue. */
  take(partition: AssignedPartition, messages: readonly FetchedRecord[]): void {
    if (!this.active) return;
    const now = Date.now();
    const from = this.#options.isDelayed(partition.topic) ? 'retry' : 'source';
    for (const message of messages) {
      const record = partition.read(message);
      if (record === undefined) return;
      this.#options.accepted(from);
      // A record in a retry topic is there because another version of the service handles its type.
      if (from === 'source' && record.defect === undefined && !this.#options.handles(record.type)) {
        this.#options.skipped(record);
        partition.settle(record);
      } else if (record.position.dueAt > now) {
        this.#delayQueue.add(record);
      } else {
        partition.enter(record);
      }
    }
  }

  /** Offsets up to which everything is settled, but not committed. */
  uncommitted(): { partition: AssignedPartition; offset: number }[] {
    if (!this.active) return [];
    return this.partitions.flatMap((partition) => {
      const offset = partition.position;
      return offset === undefined || offset === partition.committed ? [] : [{ partition, offset }];
    });
  }

  /** Whether a partition of a source topic is at least half full. */
  get needsRoom(): boolean {
    return this.partitions.some(({ longestWaitMs, fullness }) => longestWaitMs === undefined && fullness !== 'roomy');
  }

  /** Records that are due and not settled. None after the end: those that are left wait for their new owner. */
  get due(): number {
    if (!this.active) return 0;
    return this.partitions.reduce((sum, { due }) => sum + due, 0);
  }

  get delayed(): number {
    return this.#delayQueue.size;
  }

  get bytes(): number {
    return this.partitions.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** What is known of the records in memory. */
  unfinished(): readonly TrackedOffset[] {
    return this.active ? this.partitions.flatMap((partition) => partition.unfinished()) : [];
  }

  /** Records read and not settled. */
  get inFlight(): number {
    return this.due + this.delayed;
  }

  end(): void {
    const { inFlight } = this;
    this.active = false;
    for (const partition of this.partitions) partition.active = false;
    this.#delayQueue.clear();
    this.#options.left(inFlight);
  }
}
