import type { DeliveryError } from '../error.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** Records a success of so many records. Returns true if the queue, which was sent alone, rejoins the joint batch. */
export function recordSuccess(queue: PartitionQueue, records: number): boolean {
  queue.failures = 0;
  queue.suspects -= records;
  if (!queue.alone || (queue.suspects > 0 && queue.head !== undefined)) return false;
  queue.alone = false;
  queue.lastError = undefined;
  queue.most = Number.POSITIVE_INFINITY;
  return true;
}

/** Takes the queue out of the joint batch. Returns true if it was in it. */
export function isolate(queue: PartitionQueue, error: unknown): boolean {
  const wasJoint = !queue.alone;
  queue.alone = true;
  queue.lastError = error;
  return wasJoint;
}

/**
 * Narrows the batch that the broker rejects permanently: bisection finds a single bad record in few attempts. Returns
 * false if nothing is left to narrow, and the whole batch is at fault.
 */
export function bisect(queue: PartitionQueue, records: number, error: DeliveryError): boolean {
  queue.failures = 0;
  const canNarrow = records > 1 && concernsOneRecord(error);
  queue.suspects = canNarrow ? records : 0;
  queue.most = canNarrow ? Math.ceil(records / 2) : Number.POSITIVE_INFINITY;
  return canNarrow;
}

const concernsOneRecord = ({ code }: DeliveryError): boolean => code === 'TOO_LARGE' || code === 'INVALID_RECORD';
