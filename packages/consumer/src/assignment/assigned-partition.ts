import type { FetchedRecord } from '@switchboard/kafka';
import { createKeyQueues, type KeyQueues } from '../queues/key-queues.ts';
import { createOffsetTracker, type OffsetTracker, type TrackedOffset } from './offset-tracker.ts';
import { type ConsumedRecord, type RecordSource, readRecord } from './record.ts';

export interface PartitionLimits {
  /** Bytes of its records in memory. */
  bufferBytes: number;
  /** Records read but not committed. */
  commitWindow: number;
}

export interface PartitionOptions {
  topic: string;
  partition: number;
  limits: PartitionLimits;
  longestWaitMs: number | undefined;
  /** Takes the record at the head of a key queue. The caller settles it through the partition's `settle`. */
  offer(record: ConsumedRecord): void;
  /** Called when a record is settled. */
  roomMade(): void;
}

export interface Unread {
  readonly offset: number;
  /** When it started to wait, in epoch ms. */
  readonly since: number;
}

/** When a record starts to wait: when it is due, else when it was written, else now. */
export const waitsSince = (dueAt: number, timestamp: number): number =>
  dueAt > 0 ? dueAt : timestamp > 0 ? timestamp : Date.now();

/** One partition of an assignment: the records in memory, and how far they are settled. */
export class AssignedPartition implements RecordSource {
  readonly topic: string;
  readonly partition: number;
  readonly longestWaitMs: number | undefined;
  active = true;
  /** Whether reading rests. */
  isPaused = false;
  /** The offset the next batch must start with; undefined until the start is known. */
  expected: number | undefined;
  committed: number | undefined;
  /** The end of the log at the last look. */
  end = 0;
  /** The first record that was not read at the last look. */
  unread: Unread | undefined;
  bytes = 0;
  /** The unfinished records of each tenant. */
  readonly #tenants = new Map<string, { count: number }>();
  #unfinished = 0;
  /** Records that have left their key queue and are not settled. */
  readonly #passed = new Set<ConsumedRecord>();
  readonly #options: PartitionOptions;
  #tracker: OffsetTracker | undefined;
  /** Order within this topic. Redis keeps the order between this topic and the retry topics. */
  readonly #keyQueues: KeyQueues<ConsumedRecord>;

  constructor(options: PartitionOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.longestWaitMs = options.longestWaitMs;
    this.#options = options;
    this.#keyQueues = createKeyQueues(options.offer);
  }

  /** Reading starts at `offset`. Everything before it is committed. */
  begin(offset: number): void {
    this.expected = offset;
    this.committed = offset;
    this.#tracker = createOffsetTracker(offset);
  }

  /** Continues at `offset`: Kafka has deleted the unread records before it. The commit skips them in its turn. */
  skipTo(offset: number): void {
    this.expected = offset;
    const gap = this.#tracker?.add(offset - 1);
    if (gap !== undefined) gap.done = true;
  }

  /** Takes a message into memory. Undefined while the start is not known. */
  read(message: FetchedRecord): ConsumedRecord | undefined {
    const tracked = this.#tracker?.add(Number(message.offset));
    if (tracked === undefined) return undefined;
    const record = readRecord(this, message, tracked);
    tracked.since = waitsSince(record.position.dueAt, Number(message.timestamp));
    tracked.tenant = record.tenant;
    this.bytes += record.bytes;
    this.#count(record.tenant, 1);
    return record;
  }

  /** Adds a record that is due to its key queue. */
  enter(record: ConsumedRecord): void {
    this.#keyQueues.add(record);
  }

  letPass(record: ConsumedRecord): void {
    if (!this.active) return;
    this.#passed.add(record);
    this.#keyQueues.leave(record);
  }

  settle(record: ConsumedRecord): void {
    if (!this.active) return;
    record.tracked.done = true;
    this.bytes -= record.bytes;
    this.#count(record.tenant, -1);
    if (!this.#passed.delete(record)) this.#keyQueues.leave(record);
    this.#options.roomMade();
  }

  #count(tenant: string, change: 1 | -1): void {
    this.#unfinished += change;
    const known = this.#tenants.get(tenant);
    if (known === undefined) this.#tenants.set(tenant, { count: change });
    else if (known.count + change === 0) this.#tenants.delete(tenant);
    else known.count += change;
  }

  shareOf(tenant: string): number {
    return (this.#tenants.get(tenant)?.count ?? 0) / Math.max(this.#unfinished, 1);
  }

  /** Whether reading should pause. */
  get isFull(): boolean {
    const { bufferBytes, commitWindow } = this.#options.limits;
    return this.bytes >= bufferBytes || this.#pending >= commitWindow;
  }

  get fullness(): 'roomy' | 'half' | 'full' {
    if (this.isPaused || this.isFull) return 'full';
    const { bufferBytes, commitWindow } = this.#options.limits;
    return this.bytes >= bufferBytes / 2 || this.#pending >= commitWindow / 2 ? 'half' : 'roomy';
  }

  /** Whether there is enough room to make another fetch worthwhile. */
  get hasRoom(): boolean {
    const { bufferBytes, commitWindow } = this.#options.limits;
    return this.bytes < bufferBytes / 2 && this.#pending < commitWindow * 0.75;
  }

  get #pending(): number {
    return this.#tracker?.pending ?? 0;
  }

  /** The offset to commit: everything before it is settled. */
  get position(): number | undefined {
    return this.#tracker?.position();
  }

  /** Whether all records that were read are settled. */
  get isEmpty(): boolean {
    return this.#pending === 0;
  }

  /** When its oldest unfinished record started to wait, in epoch ms. Undefined when all are finished. */
  get waitsSince(): number | undefined {
    const { oldest, last } = this.#tracker ?? {};
    if (oldest !== undefined) return oldest.since;
    if (this.expected === undefined || this.expected >= this.end) return undefined;
    // The age of a record that was not looked at is unknown, but it was written after the last one.
    return this.unread?.offset === this.expected ? this.unread.since : last?.since;
  }

  /** What is known of the records that are in memory and not settled. */
  unfinished(): readonly TrackedOffset[] {
    return this.#tracker?.unfinished() ?? [];
  }

  /** Records that are due, and not settled. */
  get due(): number {
    return this.#keyQueues.size + this.#passed.size;
  }
}
