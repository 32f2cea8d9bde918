import type { DeliveryError } from '../error.ts';
import type { PlacedRecord } from './record.ts';

/** Told what became of a record: acknowledged, unless there is an error. */
export type Settled = (error?: DeliveryError) => void;

/** A record that waits for its acknowledgement. */
export interface Entry {
  readonly record: PlacedRecord;
  readonly bytes: number;
  /** By the batcher's clock. */
  readonly deadline: number;
  readonly queue: PartitionQueue;
  /** Called once. */
  readonly done: Settled;
  settled: boolean;
  /** Whether an attempt under way holds the record, settled or not. */
  inFlight: boolean;
  previous: Entry | undefined;
  next: Entry | undefined;
}

/** One partition: its unsettled records in the order they came, and how they are sent. */
export interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Linked, because any of the records may expire first. */
  head: Entry | undefined;
  tail: Entry | undefined;
  /** An attempt that holds records of this partition is under way. */
  busy: boolean;
  /** Sent on its own since an attempt failed, until one succeeds. */
  alone: boolean;
  /** Failed attempts in a row. */
  failures: number;
  /** Waiting to try again. */
  backingOff: boolean;
  lastError: unknown;
  /** How many of the first records may hold the one that the broker refuses, and how many of them are tried at once. */
  suspects: number;
  most: number;
}

export interface Room {
  records: number;
  bytes: number;
}

export function createPartitionQueue(topic: string, partition: number): PartitionQueue {
  return {
    topic,
    partition,
    head: undefined,
    tail: undefined,
    busy: false,
    alone: false,
    failures: 0,
    backingOff: false,
    lastError: undefined,
    suspects: 0,
    most: Number.POSITIVE_INFINITY,
  };
}

export function append(entry: Entry): void {
  const { queue } = entry;
  entry.previous = queue.tail;
  if (queue.tail === undefined) queue.head = entry;
  else queue.tail.next = entry;
  queue.tail = entry;
}

export function remove(entry: Entry): void {
  const { queue, previous, next } = entry;
  if (previous === undefined) queue.head = next;
  else previous.next = next;
  if (next === undefined) queue.tail = previous;
  else next.previous = previous;
  entry.previous = undefined;
  entry.next = undefined;
}

/**
 * Adds the queue's first records to the batch, as many as both rooms take, and at least one if the batch is empty.
 *
 * Always from the head and without a gap: whichever attempt the broker keeps, a record is then preceded by all earlier
 * ones of its partition that are not settled, and so the first occurrences of acknowledged records are in order.
 */
export function take(queue: PartitionQueue, own: Room, shared: Room, batch: Entry[]): number {
  const before = batch.length;
  const records = Math.min(own.records, shared.records, queue.most);
  let bytes = 0;
  for (let entry = queue.head; entry !== undefined; entry = entry.next) {
    const taken = batch.length - before;
    if (taken >= records) break;
    const alone = taken === 0 && (before === 0 || entry.bytes <= shared.bytes);
    if (!alone && (bytes + entry.bytes > own.bytes || bytes + entry.bytes > shared.bytes)) break;
    bytes += entry.bytes;
    batch.push(entry);
  }
  const taken = batch.length - before;
  shared.records -= taken;
  shared.bytes -= bytes;
  return taken;
}
