import type { Logger } from 'pino';
import type { TopicPartition } from './fetched-record.ts';
import type { LostOffset } from './start-offsets.ts';

/** A partition being read. */
export interface Position extends TopicPartition {
  /** The offset that the next batch must start with; undefined until the start offset is known. */
  expected: number | undefined;
}

/** A fetched batch, by its first offset and the log's high watermark. */
export interface BatchPlace {
  readonly from: number;
  readonly highWatermark: number;
}

export interface PositionOptions {
  seek(position: Position, offset: number): void;
  /** Records before `offset` were deleted before they were read. Reading continues there. */
  skipped(position: Position, offset: number): void;
  lost(topic: string, records: number): void;
  failed(error: Error): void;
  logger: Logger;
}

/** Checks that each batch continues at the expected offset, and reports missing records. */
export interface Positions {
  /** Whether to accept the batch. */
  fits(batch: BatchPlace, position: Position): boolean;
  /** The broker reports that the log starts at `offset`. */
  reset(position: Position | undefined, offset: number): void;
  /** Reading starts at the earliest record because the committed offset is not in the log. */
  startsLate(position: Position, offset: LostOffset): void;
}

export function createPositions({ seek, skipped, lost, failed, logger }: PositionOptions): Positions {
  const repositioned = new WeakMap<Position, number>();

  function skip(position: Position, to: number): void {
    const { topic, partition, expected: from = to } = position;
    logger.error({ topic, partition, from, to }, 'the log has a gap: records were deleted before they were read');
    lost(topic, to - from);
    position.expected = to;
    skipped(position, to);
  }

  return {
    startsLate({ topic, partition }, offset) {
      logger.error({ topic, partition, ...offset }, 'the committed offset is not in the log: starting at the earliest');
      lost(topic, offset.records);
    },

    /** On the first mismatch, seeks again. On the second, the log has a gap there or is another log. */
    fits({ from, highWatermark }, position) {
      const { topic, partition } = position;
      const expected = position.expected as number;
      if (from === expected) return true;
      if (repositioned.get(position) === expected) {
        if (from > expected) {
          skip(position, from);
          return true;
        }
        if (highWatermark < expected) {
          failed(new Error(`${topic}/${partition} ends at ${highWatermark}, before ${expected}: it was recreated`));
          return false;
        }
      }
      repositioned.set(position, expected);
      seek(position, expected);
      return false;
    },

    /** The log starts after the expected offset. A log that ends before it is another log. */
    reset(position, offset) {
      if (position?.expected !== undefined && position.expected < offset) skip(position, offset);
    },
  };
}
