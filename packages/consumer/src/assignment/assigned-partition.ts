import type { FetchedRecord } from '@switchboard/kafka';
import { createKeyQueues, type KeyQueues } from '../queues/key-queues.ts';
import { createOffsetTracker, type OffsetTracker } from './offset-tracker.ts';
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
  /** Takes a record at the head of its orderKey; the partition's `settle` is called when it is settled. */
  offer(record: ConsumedRecord): void;
  /** Called when a record has left. */
  roomMade(): void;
}

export interface Unread {
  readonly offset: number;
  /** Since when it waits to be handled, in epoch ms. */
  readonly since: number;
}

/** A record that has its time is not late before it; one without a timestamp waits from now on. */
export const waitsSince = (dueAt: number, timestamp: number): number =>
  dueAt > 0 ? dueAt : timestamp > 0 ? timestamp : Date.now();

/** One partition of an assignment: what was read of it and how far it is done. */
export class AssignedPartition implements RecordSource {
  readonly topic: string;
  readonly partition: number;
  readonly longestWaitMs: number | undefined;
  active = true;
  /** The offset the next batch must start with; undefined until the start is known. */
  expected: number | undefined;
  committed: number | undefined;
  /** Where the log ended when it was last looked at. */
  end = 0;
  /** The first record that was not read, when it was last looked at. */
  unread: Unread | undefined;
  bytes = 0;
  readonly #options: PartitionOptions;
  #tracker: OffsetTracker | undefined;
  /** Keys side by side. The order between this topic and the chain's is Redis' business. */
  readonly #keyQueues: KeyQueues<ConsumedRecord>;

  constructor(options: PartitionOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.longestWaitMs = options.longestWaitMs;
    this.#options = options;
    this.#keyQueues = createKeyQueues(options.offer);
  }

  /** Reading starts at `offset`: that much is committed. */
  begin(offset: number): void {
    this.expected = offset;
    this.committed = offset;
    this.#tracker = createOffsetTracker(offset);
  }

  /** What lies before `offset` and was not read is gone: reading goes on there, and so does the commit in its turn. */
  skipTo(offset: number): void {
    this.expected = offset;
    const gap = this.#tracker?.add(offset - 1);
    if (gap !== undefined) gap.done = true;
  }

  /** Takes a message into memory; undefined while the start is not known. */
  read(message: FetchedRecord): ConsumedRecord | undefined {
    const tracked = this.#tracker?.add(Number(message.offset));
    if (tracked === undefined) return undefined;
    const record = readRecord(this, message, tracked);
    tracked.since = waitsSince(record.position.dueAt, Number(message.timestamp));
    this.bytes += record.bytes;
    return record;
  }

  /** The record is due: it takes its place in its key queue. */
  enter(record: ConsumedRecord): void {
    this.#keyQueues.add(record);
  }

  settle(record: ConsumedRecord): void {
    if (!this.active) return;
    record.tracked.done = true;
    this.bytes -= record.bytes;
    this.#keyQueues.leave(record);
    this.#options.roomMade();
  }

  /** Whether nothing more should be read for now. */
  get isFull(): boolean {
    const { bufferBytes, commitWindow } = this.#options.limits;
    return this.bytes >= bufferBytes || this.#pending >= commitWindow;
  }

  /** Whether there is so much room that reading on is worth a fetch. */
  get hasRoom(): boolean {
    const { bufferBytes, commitWindow } = this.#options.limits;
    return this.bytes < bufferBytes / 2 && this.#pending < commitWindow * 0.75;
  }

  get #pending(): number {
    return this.#tracker?.pending ?? 0;
  }

  /** Everything before it is done. */
  get position(): number | undefined {
    return this.#tracker?.position();
  }

  /** Whether all that was read is finished. */
  get isEmpty(): boolean {
    return this.#pending === 0;
  }

  /** Since when its oldest unfinished record waits to be handled, in epoch ms; undefined when all are. */
  get waitsSince(): number | undefined {
    const { oldest, last } = this.#tracker ?? {};
    if (oldest !== undefined) return oldest.since;
    if (this.expected === undefined || this.expected >= this.end) return undefined;
    // Of a record that nobody has looked at it is known that it came after the last one.
    return this.unread?.offset === this.expected ? this.unread.since : last?.since;
  }

  /** Records in lanes: due, and not settled. */
  get due(): number {
    return this.#keyQueues.size;
  }
}
