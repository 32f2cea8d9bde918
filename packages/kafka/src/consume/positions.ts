import type { Batch } from 'kafkajs';
import type { Logger } from 'pino';
import type { AssignedPartition } from './assigned-partition.ts';
import type { LostOffset } from './start-offsets.ts';

export interface PositionOptions {
  find(topic: string, partition: number): AssignedPartition | undefined;
  seek(partition: AssignedPartition, offset: number): void;
  lost(topic: string, records: number): void;
  failed(error: Error): void;
  logger: Logger;
}

/** What our patch of kafkajs says when the offset that it asked for is not in the log: where it reads on. */
export interface OffsetReset {
  readonly payload: { readonly topic: string; readonly partition: number; readonly offset: string };
}

/** Sees to it that each batch starts where reading stopped, and that what is missing in between is told. */
export interface Positions {
  /** Whether the batch may be taken. */
  fits(batch: Batch, partition: AssignedPartition): boolean;
  reset(event: OffsetReset): void;
  /** Reading starts at the earliest record, since what was committed is not in the log. */
  startsLate(partition: AssignedPartition, offset: LostOffset): void;
}

export function createPositions({ find, seek, lost, failed, logger }: PositionOptions): Positions {
  const repositioned = new WeakMap<AssignedPartition, number>();

  function skip(entry: AssignedPartition, to: number): void {
    const { topic, partition, expected: from = to } = entry;
    logger.error({ topic, partition, from, to }, 'the log has a gap: records were deleted before they were read');
    lost(topic, to - from);
    entry.skipTo(to);
  }

  return {
    startsLate({ topic, partition }, offset) {
      logger.error({ topic, partition, ...offset }, 'the committed offset is not in the log: starting at the earliest');
      lost(topic, offset.records);
    },

    /** If it does not, the position is set again, once; then the log has a gap there, or is another one. */
    fits(batch, partition) {
      const { topic, partition: number, highWatermark } = batch;
      const expected = partition.expected as number;
      const from = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset);
      if (from === expected) return true;
      if (repositioned.get(partition) === expected) {
        if (from > expected) {
          skip(partition, from);
          return true;
        }
        if (Number(highWatermark) < expected) {
          failed(new Error(`${topic}/${number} ends at ${highWatermark}, before ${expected}: it was made anew`));
          return false;
        }
      }
      repositioned.set(partition, expected);
      seek(partition, expected);
      return false;
    },

    /** The log begins behind what was read. One that ends before it is another log: its first batch does not fit. */
    reset({ payload: { topic, partition, offset } }) {
      const entry = find(topic, partition);
      if (entry?.expected !== undefined && entry.expected < Number(offset)) skip(entry, Number(offset));
    },
  };
}
