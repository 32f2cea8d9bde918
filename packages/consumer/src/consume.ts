import { catalogue, type EventType } from '@switchboard/events';
import { clusterId, KafkaError, openReader } from '@switchboard/kafka';
import { untraced } from '@switchboard/tracing';
import { createLagWatch, type LagWatch } from './assignment/lag.ts';
import { createSubscription, type Subscription } from './assignment/subscription.ts';
import { createConsumeMetrics } from './metrics.ts';
import { type ConsumeLimits, type ConsumeOptions, DEFAULT_LIMITS } from './options.ts';
import { createPause } from './queues/pause.ts';
import { PausedError } from './queues/paused-error.ts';
import { createEventState } from './redis/event-state.ts';
import { keyspaceOf } from './redis/event-state-script.ts';
import { createLenientEventState } from './redis/lenient-event-state.ts';
import { createOperatorNotes } from './redis/operator-notes.ts';
import { type FollowedGauges, followStateGauges, readStateGauges } from './redis/state-gauges.ts';
import { createRetryTopics } from './retry/create-retry-topics.ts';
import { createForwarder } from './retry/forwarder.ts';
import { longestWaitMs, type RetryTopics, retryTopicsOf } from './retry/retry-topics.ts';
import type { AnyHandler } from './run/attempts.ts';
import { createPipeline, type Pipeline } from './run/pipeline.ts';
import { createWatchdog } from './watchdog.ts';

export interface ConsumerState {
  /** Why nothing runs at the moment; empty when it does. */
  readonly pausedBy: readonly string[];
  /** Counts the rebalances so far. */
  readonly generation: number;
  readonly assigned: number;
  readonly paused: number;
  readonly running: number;
  readonly due: number;
  readonly delayed: number;
  /** What became of the records read so far. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RunningConsumer {
  /** Throws when the consumer has no place in its group. */
  checkMembership(): void;
  /** Throws while it is paused, saying since when and why, and while Kafka refuses records for the chain. */
  checkWork(): void;
  state(): ConsumerState;
  /** Finishes what runs, commits, and leaves the group; within the limit, by default `stopTimeoutMs`, whatever hangs. */
  stop(limitMs?: number): Promise<void>;
}

/** Retry delays must rise from tier to tier, and a waiting event must not outlive the record of what is done. */
function checkDelays({ retries }: RetryTopics, { doneTtlMs, retryDelays }: ConsumeLimits): void {
  if (retries.some(({ delayMs }, index) => delayMs <= (retries[index - 1]?.delayMs ?? 0))) {
    throw new KafkaError('INVALID_OPTION', `Retry delays rise, such as 5s, 1m, 10m; got "${retryDelays.join(', ')}".`);
  }
  const longest = retries.at(-1)?.delayMs ?? 0;
  if (doneTtlMs >= 2 * longest) return;
  const message = `Events are remembered for ${doneTtlMs / 1_000} s: that must be twice the longest retry delay, ${longest / 1_000} s, or more.`;
  throw new KafkaError('INVALID_OPTION', message);
}

/**
 * Consumes the events that `handlers` names, as the group `service`: the events of one key in order and one at a
 * time, different keys side by side, each with one effect, failures through the retry chain into the dead-letter
 * topic. Returns when the group is joined; docs/delivery.md tells what is promised.
 */
export async function consume(options: ConsumeOptions): Promise<RunningConsumer> {
  const limits: ConsumeLimits = { ...DEFAULT_LIMITS, ...options };
  const { service, redis, publisher, codec, tracer = untraced, onFailure } = options;
  const logger = options.logger.child({ component: 'consumer' });
  const handlers = new Map(Object.entries(options.handlers) as [EventType, AnyHandler][]);
  const sources = options.sources ?? [...new Set([...handlers.keys()].map((type) => catalogue[type].topic))];
  const retryTopics = retryTopicsOf(service, limits.retryDelays);
  checkDelays(retryTopics, limits);
  await createRetryTopics(options.connection, sources, retryTopics);
  const keyspace = keyspaceOf(options.scope ?? (await clusterId(options.connection)), service);

  const stopping = new AbortController();
  let pipeline: Pipeline | undefined;
  let subscription: Subscription | undefined;
  const pause = createPause(() => {
    pipeline?.wake();
    subscription?.reconcile();
    notes.paused();
  });
  const notes = createOperatorNotes({ redis, keyspace, doneTtlMs: limits.doneTtlMs, pauses: () => pause.details });
  const resting = (): boolean => pause.reasons.size > 0 && (pipeline?.waiting ?? 0) > 0;
  let lag: LagWatch | undefined;
  let stateGauges: FollowedGauges | undefined;
  const metrics = createConsumeMetrics(options.metrics, service, new Set(handlers.keys()), {
    running: () => pipeline?.running ?? 0,
    inFlight: () => subscription?.current?.inFlight ?? 0,
    bufferedBytes: () => subscription?.current?.bytes ?? 0,
    refused: () => forwarder.refused,
    pausedBy: () => pause.reasons,
    lag: () => lag?.read() ?? [],
    stateGauges: () => stateGauges?.last,
  });
  const { leaseMs, doneTtlMs, orphanAfterMs } = limits;
  const reachable = (yes: boolean): void => (yes ? pause.end('redis') : pause.begin('redis'));
  const eventState = createLenientEventState(
    createEventState({ redis, keyspace, logger, leaseMs, doneTtlMs, orphanAfterMs, reachable }),
    logger,
  );
  const forwarder = createForwarder({ retryTopics, publisher, logger, tracer, stopping: stopping.signal });
  const decode = (value: Buffer) => codec.decode(value);
  const failed = (error: Error): void => {
    if (!stopping.signal.aborted) onFailure(error);
  };
  pipeline = createPipeline({
    ...{
      service,
      retryTopics,
      handlers,
      decode,
      eventState,
      forwarder,
      notes,
      pause,
      limits,
      metrics,
      logger,
      tracer,
      failed,
    },
  });
  const { offer } = pipeline;

  subscription = createSubscription({
    connection: options.connection,
    groupId: service,
    topics: [...sources, ...retryTopics.retries.map(({ topic }) => topic)],
    limits,
    logger,
    resting,
    failed,
    lost: metrics.lost,
    assignment: {
      handles: (type) => handlers.has(type as EventType),
      skipped: (record) => metrics.ended(record, 'skipped'),
      accepted: metrics.accepted,
      left(count) {
        metrics.left(count);
        // What waits for a slot on behalf of the old assignment gives its claim back.
        pipeline.wake();
      },
      bufferBytes: limits.bufferBytes,
      commitWindow: limits.commitWindow,
      offer,
      isDelayed: (topic) => retryTopics.retries.some((retry) => retry.topic === topic),
      longestWaitMs: longestWaitMs(retryTopics),
    },
  });
  await subscription.start();
  if (options.metrics !== undefined) {
    lag = createLagWatch({
      reader: openReader(options.connection),
      assignment: () => subscription.current,
      paused: () => subscription.paused,
      logger,
    });
    stateGauges = followStateGauges(() => readStateGauges(redis, keyspace, limits.doneTtlMs));
  }

  const watchdog = createWatchdog(
    {
      due: () => subscription.current?.due ?? 0,
      steps: () => Object.values(metrics.counts).reduce((sum, count) => sum + count, metrics.attempts),
      // What Kafka refuses to take for the chain is told by health and alert; a restart would not help.
      resting: () => pause.reasons.size > 0 || forwarder.refused > 0,
      lastActivityAt: () => subscription.lastActivityAt,
    },
    Math.max(limits.stuckAfterMs, 2 * limits.handlerTimeoutMs),
    (reason) => failed(new Error(`the consumer is stuck: ${reason}`)),
  );

  return {
    checkMembership() {
      if (subscription.current?.active !== true) throw new Error('the consumer is not in its group');
    },
    checkWork() {
      if (pause.reasons.size > 0) throw new PausedError(pause.details);
      forwarder.check();
    },
    state: () => ({
      pausedBy: [...pause.reasons],
      generation: subscription.generation,
      assigned: subscription.current?.partitions.length ?? 0,
      paused: subscription.paused,
      running: pipeline.running,
      due: subscription.current?.due ?? 0,
      delayed: subscription.current?.delayed ?? 0,
      counts: metrics.counts,
    }),
    async stop(limitMs = limits.stopTimeoutMs) {
      // To be done before whoever gave the limit gives up.
      const deadline = performance.now() + Math.min(limitMs, limits.stopTimeoutMs) - 500;
      const left = (): number => Math.max(deadline - performance.now(), 500);
      stopping.abort();
      watchdog.stop();
      pause.stop();
      stateGauges?.stop();
      notes.stop();
      // Leaving the group takes a moment of its own.
      await pipeline.stop(left() - Math.min(3_000, left() / 4));
      await Promise.all([subscription.stop(left()), lag?.stop()]);
    },
  };
}
