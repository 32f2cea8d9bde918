import { backoff } from '@switchboard/async';
import { DeliveryError } from '../error.ts';
import { type Clock, systemClock } from './clock.ts';
import { createDeadlines } from './deadlines.ts';
import { append, createLane, type Entry, type Lane, type Room, remove, type Settled, take } from './lane.ts';
import type { PlacedRecord } from './record.ts';
import { createThroughput } from './throughput.ts';

export interface BatcherOptions {
  /**
   * Sends these records once, and resolves only when all are acknowledged. A `DeliveryError` says that they can never
   * be; any other rejection, that nobody knows.
   */
  sendBatch(records: readonly PlacedRecord[]): Promise<void>;
  /** Unsettled records beyond this are refused with `QUEUE_FULL`, and so are large ones that Kafka would not take in time. */
  maxQueueBytes: number;
  /** An attempt that is not answered by then counts as failed. */
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
  /** Calls `done` once, at the latest when the deadline (by the clock) passes. */
  add(record: PlacedRecord, bytes: number, deadline: number, done: Settled): void;
  /** What is held, in bytes: unsettled records, and those that a running attempt still holds. */
  readonly bytes: number;
  /** Refuses new records, and resolves when all earlier ones are settled. */
  close(): Promise<void>;
}

/** A partition's part of a request must stay below the broker's default of 1 MiB a batch. */
const PARTITION_ROOM = { records: 1_000, bytes: 900_000 };
/** Encoding a batch occupies the event loop; this keeps it to a few milliseconds. Its bytes follow the throughput. */
const BATCH_RECORDS = 2_000;
const BACKOFF = { leastMs: 25, mostMs: 400 };

/**
 * Makes few batches of many records. One joint batch over all partitions is in flight at a time; what arrives meanwhile
 * goes with the next. When an attempt fails, each of its partitions leaves the joint batch and is retried on its own
 * until it succeeds, so that an ill broker delays only its partitions. No partition is ever in two attempts at once.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { sendBatch, maxQueueBytes, attemptTimeoutMs = 800, onIsolated, onRejoined } = options;
  const { clock = systemClock, random = Math.random } = options;
  const lanes = new Map<string, Lane[]>();
  /** The lanes of the joint batch that have records to send. */
  const waiting = new Set<Lane>();
  const deadlines = createDeadlines<Entry>(clock, expire);
  const throughput = createThroughput(clock);
  let jointBusy = false;
  let jointDeferred = false;
  let unsettled = 0;
  let bytes = 0;
  let closed: PromiseWithResolvers<void> | undefined;

  function laneOf({ topic, partition }: Partition): Lane {
    let ofTopic = lanes.get(topic);
    if (ofTopic === undefined) {
      ofTopic = [];
      lanes.set(topic, ofTopic);
    }
    const lane = ofTopic[partition] ?? createLane(topic, partition);
    ofTopic[partition] = lane;
    return lane;
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
    const { lane } = entry;
    const cause = lane.alone ? { cause: lane.lastError } : {};
    const partition = `${lane.topic}[${lane.partition}]`;
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

  /** Sees to it that the lane's records get sent. */
  function wake(lane: Lane): void {
    if (lane.busy || lane.head === undefined) return;
    if (lane.alone) {
      if (!lane.backingOff) sendAlone(lane);
      return;
    }
    waiting.add(lane);
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
    const members: Lane[] = [];
    const room = roomOfBatch();
    for (const lane of waiting) {
      if (room.records === 0) break;
      if (take(lane, PARTITION_ROOM, room, batch) > 0) members.push(lane);
      // Too large for what is left of this batch. It comes first in the next one; smaller ones of other lanes still fit.
      else if (lane.head !== undefined) continue;
      waiting.delete(lane);
    }
    if (batch.length === 0) return;
    jointBusy = true;
    attempt(members, batch, () => {
      jointBusy = false;
      scheduleJoint();
    });
  }

  const roomOfBatch = (): Room => ({ records: BATCH_RECORDS, bytes: throughput.batchBytes });

  function sendAlone(lane: Lane): void {
    const batch: Entry[] = [];
    take(lane, PARTITION_ROOM, roomOfBatch(), batch);
    attempt([lane], batch);
  }

  function attempt(members: readonly Lane[], batch: readonly Entry[], then?: () => void): void {
    for (const lane of members) lane.busy = true;
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
      for (const lane of members) lane.busy = false;
      measure(batch, clock.now() - startedAt, error);
      if (error === undefined) succeeded(members, batch);
      else if (error instanceof DeliveryError && members.length === 1) refused(members[0] as Lane, batch, error);
      else failed(members, error);
      then?.();
    }

    const cancel = clock.after(attemptTimeoutMs, () => finish(new Error(`no answer within ${attemptTimeoutMs} ms`)));
    send(batch).then(
      () => {
        // An attempt that was given up can still succeed: then its records are in Kafka, and need no other.
        for (const entry of batch) settle(entry);
        finish();
      },
      (error) => finish(error ?? new Error('the client rejected without a reason')),
    );
  }

  /** An error that comes back at once says nothing about how fast Kafka is. */
  function measure(batch: readonly Entry[], ms: number, error: unknown): void {
    const size = batch.reduce((sum, entry) => sum + entry.bytes, 0);
    if (error === undefined) throughput.acknowledged(size, ms);
    else if (ms >= attemptTimeoutMs) throughput.failed(size, ms);
  }

  async function send(batch: readonly Entry[]): Promise<void> {
    await sendBatch(batch.map((entry) => entry.record));
  }

  function succeeded(members: readonly Lane[], batch: readonly Entry[]): void {
    for (const lane of members) {
      lane.failures = 0;
      lane.suspects -= batch.length;
      if (lane.alone && (lane.suspects <= 0 || lane.head === undefined)) {
        lane.alone = false;
        lane.lastError = undefined;
        lane.most = Number.POSITIVE_INFINITY;
        onRejoined?.(lane);
      }
      wake(lane);
    }
  }

  function failed(members: readonly Lane[], error: unknown): void {
    const isolated = members.filter((lane) => !lane.alone);
    for (const lane of members) {
      lane.alone = true;
      lane.lastError = error;
      lane.failures++;
      lane.backingOff = true;
      clock.after(backoffMs(lane.failures), () => {
        lane.backingOff = false;
        wake(lane);
      });
    }
    if (isolated.length > 0) onIsolated?.(isolated, error);
  }

  /** The broker will never take this batch. If one record is to blame, halving finds it in few attempts. */
  function refused(lane: Lane, batch: readonly Entry[], error: DeliveryError): void {
    const isolated = !lane.alone;
    lane.alone = true;
    lane.lastError = error;
    lane.failures = 0;
    if (batch.length > 1 && concernsOneRecord(error)) {
      lane.suspects = batch.length;
      lane.most = Math.ceil(batch.length / 2);
    } else {
      lane.suspects = 0;
      lane.most = Number.POSITIVE_INFINITY;
      for (const entry of batch) settle(entry, error);
    }
    if (isolated) onIsolated?.([lane], error);
    wake(lane);
  }

  function backoffMs(failures: number): number {
    return backoff(BACKOFF.leastMs, failures, BACKOFF.mostMs, random);
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
      const lane = laneOf(record);
      const entry = {
        record,
        bytes: size,
        deadline,
        lane,
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
      wake(lane);
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

const concernsOneRecord = (error: DeliveryError) => error.code === 'TOO_LARGE' || error.code === 'INVALID_RECORD';
