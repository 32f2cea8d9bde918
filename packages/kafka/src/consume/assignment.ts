import type { KafkaMessage } from 'kafkajs';
import { createLanes, type Lanes } from './lanes.ts';
import { createOffsetTracker, type OffsetTracker } from './offset-tracker.ts';
import { type ConsumedRecord, readRecord } from './record.ts';
import { createWaitingRoom, type WaitingRoom } from './waiting-room.ts';

export interface AssignmentOptions {
  /** Whether the service handles this type; what it does not is done as soon as it is read. */
  handles(type: string): boolean;
  skipped(record: ConsumedRecord): void;
  /** Takes a record that is due and at the head of its lane; resolves with whether it is settled. */
  carry(record: ConsumedRecord): Promise<boolean>;
  /** Called when a partition may have room again. */
  roomMade(): void;
  bufferBytes: number;
  commitWindow: number;
}

/** One partition of an assignment: what was read of it and how far it is done. */
export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  /** The offset the next batch must start with; undefined until the start is known. */
  expected: number | undefined;
  committed: number | undefined;
  tracker: OffsetTracker | undefined;
  bytes: number;
  /** Keys side by side. The order between this topic and the chain's is Redis' business. */
  readonly lanes: Lanes<ConsumedRecord>;
}

/**
 * What one generation of the group gave to this process. It ends with the next rebalance: records that were read
 * under it and did not run yet are dropped, since their new owner reads them again; what runs comes to its end and
 * is marked in Redis, but commits nothing any more.
 */
export class Assignment {
  active = true;
  readonly partitions: readonly AssignedPartition[];
  readonly #options: AssignmentOptions;
  readonly #byName = new Map<string, AssignedPartition>();
  readonly #waitingRoom: WaitingRoom<ConsumedRecord>;
  readonly #bytesEach: number;

  constructor(topics: Readonly<Record<string, readonly number[]>>, options: AssignmentOptions) {
    this.#options = options;
    this.partitions = Object.entries(topics).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({
        topic,
        partition,
        expected: undefined,
        committed: undefined,
        tracker: undefined,
        bytes: 0,
        lanes: createLanes<ConsumedRecord>((record) => void this.#carry(record)),
      })),
    );
    for (const partition of this.partitions) this.#byName.set(nameOf(partition.topic, partition.partition), partition);
    this.#bytesEach = options.bufferBytes / Math.max(this.partitions.length, 1);
    this.#waitingRoom = createWaitingRoom((record) => this.find(record.topic, record.partition)?.lanes.add(record));
  }

  find(topic: string, partition: number): AssignedPartition | undefined {
    return this.#byName.get(nameOf(topic, partition));
  }

  /** Reading starts at `offset`: that much is committed. */
  begin(partition: AssignedPartition, offset: number): void {
    partition.expected = offset;
    partition.committed = offset;
    partition.tracker = createOffsetTracker(offset);
  }

  /** Takes a batch into memory: what is due goes to its lane, the rest waits for its time. */
  take(partition: AssignedPartition, messages: readonly KafkaMessage[]): void {
    const { topic, partition: number, tracker } = partition;
    if (tracker === undefined) return;
    const now = Date.now();
    for (const message of messages) {
      const tracked = tracker.add(Number(message.offset));
      const record = readRecord(topic, number, message, tracked, this);
      if (record.defect === undefined && !this.#options.handles(record.type)) {
        tracked.done = true;
        this.#options.skipped(record);
        continue;
      }
      partition.bytes += record.bytes;
      if (record.dueAt > now) this.#waitingRoom.add(record);
      else partition.lanes.add(record);
    }
  }

  async #carry(record: ConsumedRecord): Promise<void> {
    if (!(await this.#options.carry(record)) || !this.active) return;
    record.tracked.done = true;
    const partition = this.find(record.topic, record.partition);
    if (partition === undefined) return;
    partition.bytes -= record.bytes;
    partition.lanes.leave(record);
    this.#options.roomMade();
  }

  /** Whether nothing more of this partition should be read for now. */
  isFull({ bytes, tracker }: AssignedPartition): boolean {
    return bytes >= this.#bytesEach || (tracker?.pending ?? 0) >= this.#options.commitWindow;
  }

  /** Whether there is so much room that reading on is worth a fetch. */
  hasRoom({ bytes, tracker }: AssignedPartition): boolean {
    return bytes < this.#bytesEach / 2 && (tracker?.pending ?? 0) < this.#options.commitWindow * 0.75;
  }

  /** What is done and not committed yet. */
  uncommitted(): { partition: AssignedPartition; offset: number }[] {
    if (!this.active) return [];
    return this.partitions.flatMap((partition) => {
      const offset = partition.tracker?.position();
      return offset === undefined || offset === partition.committed ? [] : [{ partition, offset }];
    });
  }

  /** Records in lanes: due, and not settled. */
  get due(): number {
    return this.partitions.reduce((sum, { lanes }) => sum + lanes.size, 0);
  }

  get delayed(): number {
    return this.#waitingRoom.size;
  }

  get bytes(): number {
    return this.partitions.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  end(): void {
    this.active = false;
    this.#waitingRoom.clear();
  }
}

const nameOf = (topic: string, partition: number): string => `${topic}:${partition}`;
