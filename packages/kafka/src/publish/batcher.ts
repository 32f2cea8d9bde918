import { backoff } from '@switchboard/async';
import { DeliveryError } from '../error.ts';
import { type Clock, systemClock } from './clock.ts';
import { createDeadlines } from './deadlines.ts';
import {
  append,
  createPartitionQueue,
  type Entry,
  type PartitionQueue,
  type Room,
  remove,
  type Settled,
  take,
} from './partition-queue.ts';
import { bisect, isolate, recordSuccess } from './partition-recovery.ts';
import type { PlacedRecord } from './record.ts';
import { createThroughput } from './throughput.ts';

export interface BatcherOptions {
  /**
   * Sends these records once, and resolves only when all are acknowledged. Rejects with a `DeliveryError` if they can
   * never be acknowledged, and with any other error if the outcome is unknown.
   */
  sendBatch(records: readonly PlacedRecord[]): Promise<void>;
  /**
   * Limit of unsettled bytes. Records beyond it are refused with `QUEUE_FULL`, and so are large records that Kafka
   * would not acknowledge in time.
   */
  maxQueueBytes: number;
  /** An attempt without a response in this time counts as failed; default 800 ms. */
  attemptTimeoutMs?: number;
  onIsolated?(partitions: readonly Partition[], error: unknown): void;
  onRejoined?(partition: Partition): void;
  clock?: Clock;
  random?: () => number;
}

export interface Partition {
  readonly topic: string;
  readonly partition: number;
}

export interface Batcher {
  /** Calls `done` once, no later than the deadline (on the batcher's clock). */
  add(record: PlacedRecord, bytes: number, deadline: number, done: Settled): void;
  /** Bytes held: unsettled records, and records that a running attempt still holds. */
  readonly bytes: number;
  /** Refuses new records, and resolves when all earlier ones are settled. */
  close(): Promise<void>;
}

/** A partition's part of a request must stay below the broker's default batch limit of 1 MiB. */
const PARTITION_ROOM = { records: 1_000, bytes: 900_000 };
/** Encoding a batch blocks the event loop; this bounds the block to a few ms. Bytes are bounded by throughput. */
const BATCH_RECORDS = 2_000;
const BACKOFF = { leastMs: 25, mostMs: 400 };

/**
 * Sends few batches of many records. One joint batch over all partitions is in flight at a time; records that arrive
 * meanwhile go into the next one. When an attempt fails, each of its partitions leaves the joint batch and is retried
 * on its own until it succeeds, so that a failing broker delays only its own partitions. A partition is never in two
 * attempts at once.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { sendBatch, maxQueueBytes, attemptTimeoutMs = 800, onIsolated, onRejoined } = options;
  const { clock = systemClock, random = Math.random } = options;
  const queues = new Map<string, PartitionQueue[]>();
  /** The queues of the joint batch that have records to send. */
  const waiting = new Set<PartitionQueue>();
  const deadlines = createDeadlines<Entry>(clock, expire);
  const throughput = createThroughput(clock);
  let jointBusy = false;
  let jointDeferred = false;
  let unsettled = 0;
  let bytes = 0;
  let closed: PromiseWithResolvers<void> | undefined;

  function queueOf({ topic, partition }: Partition): PartitionQueue {
    let ofTopic = queues.get(topic);
    if (ofTopic === undefined) {
      ofTopic = [];
      queues.set(topic, ofTopic);
    }
    const queue = ofTopic[partition] ?? createPartitionQueue(topic, partition);
    ofTopic[partition] = queue;
    return queue;
  }

  function settle(entry: Entry, error?: DeliveryError): void {
    if (entry.settled) return;
    entry.settled = true;
    remove(entry);
    deadlines.delete(entry);
    if (!entry.inFlight) bytes -= entry.bytes;
    unsettled--;
    entry.done(error);
    if (unsettled === 0) closed?.resolve();
  }

  function expire(entry: Entry): void {
    const { queue } = entry;
    const cause = queue.alone ? { cause: queue.lastError } : {};
    const partition = `${queue.topic}[${queue.partition}]`;
    settle(
      entry,
      new DeliveryError('TIMEOUT', `Kafka did not acknowledge in time for ${partition}: send again`, cause),
    );
  }

  function refusalOf(size: number, deadline: number): DeliveryError | undefined {
    if (closed !== undefined) return new DeliveryError('CLOSED', 'The publisher is closing');
    if (deadline <= clock.now()) return new DeliveryError('TIMEOUT', 'The deadline had passed before the publish');
    if (bytes + size <= maxQueueBytes && throughput.suffices(size, bytes, deadline)) return undefined;
    return new DeliveryError('QUEUE_FULL', 'Kafka is slower than what arrives: send again later');
  }

  /** Schedules the queue's records for sending. */
  function wake(queue: PartitionQueue): void {
    if (queue.busy || queue.head === undefined) return;
    if (queue.alone) {
      if (!queue.backingOff) sendAlone(queue);
      return;
    }
    waiting.add(queue);
    scheduleJoint();
  }

  function scheduleJoint(): void {
    if (jointBusy || jointDeferred || waiting.size === 0) return;
    jointDeferred = true;
    clock.defer(sendJoint);
  }

  function sendJoint(): void {
    jointDeferred = false;
    const batch: Entry[] = [];
    const members: PartitionQueue[] = [];
    const room = roomOfBatch();
    for (const queue of waiting) {
      if (room.records === 0) break;
      if (take(queue, PARTITION_ROOM, room, batch) > 0) members.push(queue);
      // Too large for the rest of this batch. It goes first in the next one; smaller records still fit.
      else if (queue.head !== undefined) continue;
      waiting.delete(queue);
    }
    if (batch.length === 0) return;
    jointBusy = true;
    attempt(members, batch, () => {
      jointBusy = false;
      scheduleJoint();
    });
  }

  const roomOfBatch = (): Room => ({ records: BATCH_RECORDS, bytes: throughput.batchBytes });

  function sendAlone(queue: PartitionQueue): void {
    const batch: Entry[] = [];
    take(queue, PARTITION_ROOM, roomOfBatch(), batch);
    attempt([queue], batch);
  }

  function attempt(members: readonly PartitionQueue[], batch: readonly Entry[], then?: () => void): void {
    for (const queue of members) queue.busy = true;
    for (const entry of batch) entry.inFlight = true;
    const startedAt = clock.now();
    let over = false;

    function finish(error?: unknown): void {
      if (over) return;
      over = true;
      cancel();
      for (const entry of batch) {
        entry.inFlight = false;
        if (entry.settled) bytes -= entry.bytes;
      }
      for (const queue of members) queue.busy = false;
      measure(batch, clock.now() - startedAt, error);
      if (error === undefined) succeeded(members, batch);
      else if (error instanceof DeliveryError && members.length === 1)
        refused(members[0] as PartitionQueue, batch, error);
      else failed(members, error);
      then?.();
    }

    const cancel = clock.after(attemptTimeoutMs, () => finish(new Error(`no answer within ${attemptTimeoutMs} ms`)));
    send(batch).then(
      () => {
        // An attempt that timed out can still succeed. Its records are then in Kafka and are not sent again.
        for (const entry of batch) settle(entry);
        finish();
      },
      (error) => finish(error ?? new Error('the client rejected without a reason')),
    );
  }

  /** An immediate error says nothing about Kafka's throughput. */
  function measure(batch: readonly Entry[], ms: number, error: unknown): void {
    const size = batch.reduce((sum, entry) => sum + entry.bytes, 0);
    if (error === undefined) throughput.acknowledged(size, ms);
    else if (ms >= attemptTimeoutMs) throughput.failed(size, ms);
  }

  async function send(batch: readonly Entry[]): Promise<void> {
    await sendBatch(batch.map((entry) => entry.record));
  }

  function succeeded(members: readonly PartitionQueue[], batch: readonly Entry[]): void {
    for (const queue of members) {
      if (recordSuccess(queue, batch.length)) onRejoined?.(queue);
      wake(queue);
    }
  }

  function failed(members: readonly PartitionQueue[], error: unknown): void {
    const isolated = members.filter((queue) => isolate(queue, error));
    for (const queue of members) {
      queue.failures++;
      queue.backingOff = true;
      clock.after(backoff(BACKOFF.leastMs, queue.failures, BACKOFF.mostMs, random), () => {
        queue.backingOff = false;
        wake(queue);
      });
    }
    if (isolated.length > 0) onIsolated?.(isolated, error);
  }

  function refused(queue: PartitionQueue, batch: readonly Entry[], error: DeliveryError): void {
    const isIsolated = isolate(queue, error);
    if (!bisect(queue, batch.length, error)) for (const entry of batch) settle(entry, error);
    if (isIsolated) onIsolated?.([queue], error);
    wake(queue);
  }

  return {
    get bytes() {
      return bytes;
    },

    add(record, size, deadline, done) {
      const refusal = refusalOf(size, deadline);
      if (refusal !== undefined) {
        done(refusal);
        return;
      }
      const queue = queueOf(record);
      const entry = {
        record,
        bytes: size,
        deadline,
        queue,
        done,
        settled: false,
        inFlight: false,
        previous: undefined,
        next: undefined,
      };
      bytes += size;
      unsettled++;
      append(entry);
      deadlines.add(entry);
      wake(queue);
    },

    close() {
      if (closed === undefined) {
        closed = Promise.withResolvers();
        if (unsettled === 0) closed.resolve();
      }
      return closed.promise;
    },
  };
}
