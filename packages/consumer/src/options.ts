import type { Alert } from '@switchboard/alerts';
import type { EventType } from '@switchboard/events';
import type { Codec, KafkaConnection, Publisher } from '@switchboard/kafka';
import type { EventLog } from '@switchboard/service';
import type { Tracer } from '@switchboard/tracing';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Handlers } from './handler.ts';
import type { AvailabilityControl } from './queues/availability.ts';
import type { StateRedis } from './redis/state-keys.ts';

/** The options of a consumer. `service` names its group, its retry topics and its keys in Redis. */
export interface ConsumeOptions extends Partial<ConsumeLimits> {
  service: string;
  handlers: Handlers;
  /** The topics to read. Default: the topics of the handled types in the catalogue. */
  sources?: readonly string[];
  connection: KafkaConnection;
  /** Holds the event state. */
  redis: StateRedis;
  /** Separates its keys in Redis from those of another Kafka. Default: the cluster's id. */
  scope?: string | undefined;
  codec: Pick<Codec, 'decode'>;
  /** Forwards records to the retry and dead-letter topics. The caller closes it, after the consumer. */
  publisher: Publisher;
  logger: Logger;
  metrics?: Registry;
  tracer?: Tracer;
  /** What is known of the outside systems, if requests to them report it. Default: learnt from failures. */
  availability?: AvailabilityControl;
  /** Gets a line for each effect. Default: none. */
  eventLog?: EventLog;
  /** Alerts people. Must return at once and not throw. */
  alert?: (alert: Alert) => void;
  /** The consumer cannot continue. The process should exit and restart. */
  onFailure(error: Error): void;
}

export interface ConsumeLimits {
  /** Handlers of one tenant that run at a time in this process, for a weight of 1; of all tenants, four times as many. */
  concurrency: number;
  /** The weights of tenants in their turns; 1 for those that it does not name. */
  tenantWeights: ReadonlyMap<string, number>;
  /** Leases taken in advance: enough to hide the latency of Redis, few enough to release quickly. */
  leaseAhead: number;
  /** Types that run first when more events are ready than can run. */
  urgent: readonly EventType[];
  /** Delays of the retry topics, in ascending order. */
  retryDelays: readonly string[];
  /** Runs of a handler before its event goes to the next retry topic. */
  quickTries: number;
  quickBackoffMs: number;
  /** A handler that runs longer is aborted. */
  handlerTimeoutMs: number;
  /** How long a lease outlives a worker that died. */
  leaseMs: number;
  /** How long the mark of a finished event is kept: longer than any sender repeats and any redrive waits. */
  doneTtlMs: number;
  /** Whether a key continues after a dead letter or waits for the redrive. */
  onDeadLetter: 'continue' | 'hold';
  /** How long an event waits for an outside system in memory, before it moves to the waiting topic. */
  parkAfterMs: number;
  /** How long others wait for an event that no worker has seen, before Redis removes it. */
  orphanAfterMs: number;
  /** Bytes of records in memory, over all partitions. */
  bufferBytes: number;
  /** Records read but not committed, per partition. */
  commitWindow: number;
  commitIntervalMs: number;
  sessionTimeoutMs: number;
  /** The limit of a stop. Kubernetes kills after 30 s. */
  stopTimeoutMs: number;
  /** The consumer fails without progress for this time, and at least twice `handlerTimeoutMs`. */
  stuckAfterMs: number;
}

/** How many tenants it takes to run all handlers, if each has as many as it may. Any more share them. */
export const TENANTS_AT_FULL = 4;

export const DEFAULT_LIMITS: ConsumeLimits = {
  concurrency: 16,
  tenantWeights: new Map(),
  leaseAhead: 240,
  urgent: [],
  retryDelays: ['5s', '1m', '10m'],
  quickTries: 3,
  quickBackoffMs: 1_000,
  handlerTimeoutMs: 30_000,
  leaseMs: 30_000,
  doneTtlMs: 7 * 24 * 3_600_000,
  onDeadLetter: 'continue',
  parkAfterMs: 30_000,
  orphanAfterMs: 10 * 60_000,
  bufferBytes: 16 * 1024 * 1024,
  commitWindow: 10_000,
  commitIntervalMs: 500,
  sessionTimeoutMs: 30_000,
  stopTimeoutMs: 25_000,
  stuckAfterMs: 60_000,
};
