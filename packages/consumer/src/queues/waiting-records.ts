import type { ConsumedRecord } from '../assignment/record.ts';
import type { AvailabilityControl } from './availability.ts';

/** Heads of key queues that wait in memory for an outside system: without a lease, without a permit, not settled. */
export interface WaitingRecords {
  /** The record waits for the target. `busyMs`: the target is up, and has room again after this time. */
  add(record: ConsumedRecord, target: string, busyMs?: number): void;
  /** The probe of the target has ended, whatever it found out. */
  probed(target: string): void;
  /** Drops the records of past assignments. */
  sweep(): void;
  stop(): void;
  readonly size: number;
  /** The records in memory that wait for a target. */
  waitingFor(target: string): number;
}

export interface WaitingParts {
  availability: AvailabilityControl;
  /** Whether the record may still run here. */
  isOurs(record: ConsumedRecord): boolean;
  /** Puts the record back into the ready queue. */
  offer(record: ConsumedRecord): void;
  /** Runs the record to find out whether the target is back. */
  probe(record: ConsumedRecord, target: string): void;
  /** Whether the record should move to the waiting topic now. */
  shouldPark(record: ConsumedRecord): boolean;
  park(record: ConsumedRecord): void;
}

/** Waiting for one target. */
interface Queue {
  /** In order of arrival. */
  readonly records: Set<ConsumedRecord>;
  isProbed: boolean;
  /** How many records the next tick sets free while the target is up. Doubles with each tick. */
  batch: number;
  /** Nothing is set free before, in epoch ms: the target has no room. */
  busyUntil: number;
}

const TICK_MS = 100;
/** How long a target stays in the list of those that are down although nothing waits for it. */
const FORGOTTEN_AFTER_MS = 5 * 60_000;
/** Set free at once when a target comes back; a system that has just come back is not flooded. */
const FIRST_BATCH = 16;
/** Set free for each success: those that find no room wait again. */
const PER_SUCCESS = 2;

/**
 * One record a second probes a target that is down. When it is back, its records go back to the ready queue in order of
 * arrival, first a few, then ever more, so that a target that fails again has not been asked by all of them.
 */
export function createWaitingRecords(parts: WaitingParts): WaitingRecords {
  const { availability, isOurs, offer, probe, shouldPark, park } = parts;
  const queues = new Map<string, Queue>();
  let size = 0;
  let timer: NodeJS.Timeout | undefined;

  function queueOf(target: string): Queue {
    let queue = queues.get(target);
    if (queue === undefined) {
      queue = { records: new Set(), isProbed: false, batch: FIRST_BATCH, busyUntil: 0 };
      queues.set(target, queue);
    }
    return queue;
  }

  function take(queue: Queue, record: ConsumedRecord): boolean {
    if (!queue.records.delete(record)) return false;
    size -= 1;
    return isOurs(record);
  }

  function free(queue: Queue, count: number): void {
    let left = count;
    for (const record of queue.records) {
      if (left === 0) return;
      if (!take(queue, record)) continue;
      left -= 1;
      offer(record);
    }
  }

  function probeOne(target: string, queue: Queue): void {
    for (const record of queue.records) {
      if (!take(queue, record)) continue;
      queue.isProbed = true;
      probe(record, target);
      return;
    }
  }

  function tick(): void {
    const now = Date.now();
    for (const [target, queue] of queues) {
      const retryAt = availability.retryAtOf(target);
      if (retryAt === undefined) {
        if (now >= queue.busyUntil) {
          free(queue, queue.batch);
          queue.batch *= 2;
        }
      } else if (!queue.isProbed && now >= retryAt) {
        probeOne(target, queue);
      }
      for (const record of queue.records) if (shouldPark(record) && take(queue, record)) park(record);
      if (queue.records.size === 0 && !queue.isProbed) queues.delete(target);
    }
    if (queues.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  function sweep(): void {
    for (const queue of queues.values()) {
      for (const record of queue.records) if (!isOurs(record)) take(queue, record);
    }
  }

  const waitingFor = (target: string): number => {
    const queue = queues.get(target);
    return queue === undefined ? 0 : queue.records.size + Number(queue.isProbed);
  };

  /** Nobody probes a target that no record needs any more. */
  function forget(): void {
    const longAgo = Date.now() - FORGOTTEN_AFTER_MS;
    for (const [target, { retryAt, waiting }] of availability.details) {
      if (waiting === 0 && retryAt < longAgo) availability.end(target);
    }
  }
  const forgetting = setInterval(forget, FORGOTTEN_AFTER_MS / 10).unref();

  availability.countWith(waitingFor);
  availability.onChange((change) => {
    const queue = change === undefined ? undefined : queues.get(change.target);
    if (queue === undefined) return;
    queue.batch = FIRST_BATCH;
    if (change?.to === 'up') free(queue, FIRST_BATCH);
  });
  availability.onSuccess((target) => {
    const queue = queues.get(target);
    if (queue !== undefined) free(queue, PER_SUCCESS);
  });

  return {
    add(record, target, busyMs = 0) {
      if (!isOurs(record)) return;
      const queue = queueOf(target);
      record.waitsFor = target;
      if (record.waitsSince === 0) record.waitsSince = Date.now();
      queue.records.add(record);
      size += 1;
      if (busyMs > 0) {
        queue.batch = 1;
        queue.busyUntil = Date.now() + busyMs;
      }
      timer ??= setInterval(tick, TICK_MS);
    },
    probed(target) {
      const queue = queues.get(target);
      if (queue !== undefined) queue.isProbed = false;
    },
    sweep,
    stop() {
      clearInterval(timer);
      clearInterval(forgetting);
      queues.clear();
      size = 0;
    },
    get size() {
      return size;
    },
    waitingFor,
  };
}
