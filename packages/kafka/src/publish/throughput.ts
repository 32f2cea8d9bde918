import type { Clock } from './clock.ts';

/** Kafka's measured throughput, and the limits derived from it. */
export interface Throughput {
  /** A batch was acknowledged after this time. */
  acknowledged(bytes: number, ms: number): void;
  /** A batch failed after this time. */
  failed(bytes: number, ms: number): void;
  /** The byte limit of a batch, chosen so that it is acknowledged soon and small records wait briefly. */
  readonly batchBytes: number;
  /** Whether a record can be acknowledged by its deadline with `ahead` bytes before it. */
  suffices(bytes: number, ahead: number, deadline: number): boolean;
}

/** The time of a smaller batch is mostly the round trip. */
const LEAST_SAMPLE_BYTES = 262_144;
/** Less than any production cluster achieves; assumed until the first measured batch. */
const ASSUMED = 5_000;
const LEAST = 500;
const NEWEST_WEIGHT = 0.3;

/** A quarter of the attempt timeout. */
const BATCH_MS = 200;
const BATCH_BYTES = { least: 1_000_000, most: 4_000_000 };

/** Smaller records go into the next batch, whatever is ahead of them. */
const SMALL_BYTES = 65_536;
/** One batch in flight and one queued. */
const ALWAYS_QUEUED_BYTES = 2 * BATCH_BYTES.least;
/** Throughput varies, and other clients may use the brokers. */
const CAUTION = 0.8;

/** Rates are in bytes per millisecond. */
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
