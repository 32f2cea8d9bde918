import type { Clock } from './clock.ts';

/** How fast Kafka takes what is sent, and what follows from that. */
export interface Throughput {
  /** A batch was acknowledged after so long. */
  acknowledged(bytes: number, ms: number): void;
  /** A batch was given up after so long. */
  failed(bytes: number, ms: number): void;
  /** How much a batch may hold, so that it is acknowledged soon and small records wait for little. */
  readonly batchBytes: number;
  /** Whether a record can be acknowledged by its deadline behind `ahead` bytes. */
  suffices(bytes: number, ahead: number, deadline: number): boolean;
}

/** The time of less than this is mostly that of the way there and back. */
const LEAST_SAMPLE_BYTES = 262_144;
/** Less than any cluster in production takes; assumed until a batch has shown more. */
const ASSUMED = 5_000;
const LEAST = 500;
const NEWEST_WEIGHT = 0.3;

/** A quarter of the time after which an attempt counts as failed. */
const BATCH_MS = 200;
const BATCH_BYTES = { least: 1_000_000, most: 4_000_000 };

/** Small records go with the next batch, whatever is ahead. */
const SMALL_BYTES = 65_536;
/** One batch in flight, and one to come. */
const ALWAYS_QUEUED_BYTES = 2 * BATCH_BYTES.least;
/** Rates vary, and others may use the brokers. */
const CAUTION = 0.8;

/** Rates are in bytes a millisecond. */
export function createThroughput(clock: Pick<Clock, 'now'>): Throughput {
  let rate = ASSUMED;
  let isMeasured = false;

  return {
    acknowledged(bytes, ms) {
      if (bytes < LEAST_SAMPLE_BYTES) return;
      const weight = isMeasured ? NEWEST_WEIGHT : 1;
      isMeasured = true;
      rate = Math.max(LEAST, (1 - weight) * rate + (weight * bytes) / Math.max(ms, 1));
    },
    failed(bytes, ms) {
      if (bytes >= LEAST_SAMPLE_BYTES) rate = Math.max(LEAST, Math.min(rate, bytes / Math.max(ms, 1)) / 2);
    },
    get batchBytes() {
      return Math.min(Math.max(rate * BATCH_MS, BATCH_BYTES.least), BATCH_BYTES.most);
    },
    suffices(bytes, ahead, deadline) {
      if (bytes <= SMALL_BYTES || ahead + bytes <= ALWAYS_QUEUED_BYTES) return true;
      return ahead + bytes <= CAUTION * rate * (deadline - clock.now());
    },
  };
}
