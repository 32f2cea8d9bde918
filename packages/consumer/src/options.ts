import type { EventType } from '@switchboard/events';
import type { Codec, KafkaConnection, Publisher } from '@switchboard/kafka';
import type { Tracer } from '@switchboard/tracing';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Handlers } from './handler.ts';

/** What a consumer can be told; `service` names its group, its retry topics and its marks in Redis. */
export interface ConsumeOptions extends Partial<ConsumeLimits> {
  service: string;
  handlers: Handlers;
  /** The topics to read, where they are not those of the catalogue. */
  sources?: readonly string[];
  connection: KafkaConnection;
  redis: Redis;
  /** Keeps its keys apart from those of another Kafka; default the cluster's id. */
  scope?: string | undefined;
  codec: Pick<Codec, 'decode'>;
  /** Carries records on to the retry and dead-letter topics; stays the caller's to close, after the consumer. */
  publisher: Publisher;
  logger: Logger;
  metrics?: Registry;
  tracer?: Tracer;
  /** The consumer cannot go on; the process should end and be started anew. */
  onFailure(error: Error): void;
}

export interface ConsumeLimits {
  /** Handlers at a time in this process. */
  concurrency: number;
  /** Leases held beyond those that run: enough to hide the way to Redis, few enough to be given back quickly. */
  leaseAhead: number;
  /** Types that go first when there is more to do than can be done at once. */
  urgent: readonly EventType[];
  /** Delays of the retry topics, in rising order. */
  retryDelays: readonly string[];
  /** Runs of a handler before an event leaves for the next topic. */
  quickTries: number;
  quickBackoffMs: number;
  /** A handler that has not settled by then is aborted. */
  handlerTimeoutMs: number;
  /** How long a claim outlives a worker that died. */
  leaseMs: number;
  /** How long it is remembered that an event is done: longer than any sender repeats and any redrive waits. */
  doneTtlMs: number;
  /** What happens to a key when one of its events is dead: it goes on, or waits for the redrive. */
  onDeadLetter: 'continue' | 'hold';
  /** When an event that others wait for, and that nobody has seen, counts as lost from Redis. */
  orphanAfterMs: number;
  /** Bytes of records held in memory, over all partitions. */
  bufferBytes: number;
  /** Records read but not committed, per partition. */
  commitWindow: number;
  commitIntervalMs: number;
  sessionTimeoutMs: number;
  /** A bound on the stop; Kubernetes kills after 30 s. */
  stopTimeoutMs: number;
  /** Without any progress for so long, and for twice the time of a handler, the consumer gives up. */
  stuckAfterMs: number;
}

export const DEFAULT_LIMITS: ConsumeLimits = {
  concurrency: 16,
  leaseAhead: 240,
  urgent: [],
  retryDelays: ['5s', '1m', '10m'],
  quickTries: 3,
  quickBackoffMs: 1_000,
  handlerTimeoutMs: 30_000,
  leaseMs: 30_000,
  doneTtlMs: 7 * 24 * 3_600_000,
  onDeadLetter: 'continue',
  orphanAfterMs: 10 * 60_000,
  bufferBytes: 16 * 1024 * 1024,
  commitWindow: 10_000,
  commitIntervalMs: 500,
  sessionTimeoutMs: 30_000,
  stopTimeoutMs: 25_000,
  stuckAfterMs: 60_000,
};
