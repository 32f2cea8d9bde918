import type { DeliveryError } from '../error.ts';
import type { PlacedRecord } from './record.ts';

/** Receives the outcome of a record: acknowledged unless there is an error. */
export type Settled = (error?: DeliveryError) => void;

/** A record that waits for its acknowledgement. */
export interface Entry {
  readonly record: PlacedRecord;
  readonly bytes: number;
  /** On the batcher's clock. */
  readonly deadline: number;
  readonly queue: PartitionQueue;
  /** Called once. */
  readonly done: Settled;
  settled: boolean;
  /** Whether a running attempt holds the record, settled or not. */
  inFlight: boolean;
  previous: Entry | undefined;
  next: Entry | undefined;
}

/** A partition's unsettled records in order of arrival, and the state of sending them. */
export interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** A linked list, because any record may expire first. */
  head: Entry | undefined;
  tail: Entry | undefined;
  /** An attempt with records of this partition is running. */
  busy: boolean;
  /** Sent separately after a failed attempt, until an attempt succeeds. */
  alone: boolean;
  /** Consecutive failed attempts. */
  failures: number;
  /** Waiting before the next attempt. */
  backingOff: boolean;
  lastError: unknown;
  /** How many of the first records may include the one that the broker rejects, and how many of them to try at once. */
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
 * Adds the queue's first records to the batch, up to the limits of both rooms, and at least one if the batch is empty.
 *
 * Takes a contiguous run from the head. Whichever attempt the broker keeps, all earlier unsettled records of the
 * partition precede each record, so the first occurrences of acknowledged records are in order.
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
