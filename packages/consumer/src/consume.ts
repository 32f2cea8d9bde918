import { catalogue, type EventType } from '@switchboard/events';
import { clusterId, KafkaError, openReader } from '@switchboard/kafka';
import { noEventLog } from '@switchboard/service';
import { untraced } from '@switchboard/tracing';
import type { Registry } from 'prom-client';
import { createLagWatch } from './assignment/lag.ts';
import { createSubscription } from './assignment/subscription.ts';
import { registerGauges } from './gauges.ts';
import { createConsumeMetrics } from './metrics.ts';
import { type ConsumeLimits, type ConsumeOptions, DEFAULT_LIMITS } from './options.ts';
import { createAvailability, type TargetDetail } from './queues/availability.ts';
import { createPause } from './queues/pause.ts';
import { PausedError, pauseAlert } from './queues/paused-error.ts';
import { createRecentTenants } from './queues/recent-tenants.ts';
import { createConnectionNotes } from './redis/connection-notes.ts';
import { createEventState } from './redis/event-state.ts';
import { createLatestNotes } from './redis/latest-notes.ts';
import { createLenientEventState } from './redis/lenient-event-state.ts';
import { createOperatorNotes } from './redis/operator-notes.ts';
import { followStateGauges, readStateGauges } from './redis/state-gauges.ts';
import { keyspaceOf, serviceKeys } from './redis/state-keys.ts';
import { followRecentTenants } from './redis/tenants-note.ts';
import { checkChainTopics } from './retry/chain-topics.ts';
import { createForwarder } from './retry/forwarder.ts';
import { longestWaitMs, type RetryTopics, retryTopicsOf } from './retry/retry-topics.ts';
import type { AnyHandler } from './run/attempts.ts';
import type { OutsideEffect } from './run/outside-effect.ts';
import { createPipeline } from './run/pipeline.ts';
import { slowestTenants } from './tenant-watch.ts';
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
  /** Records in memory that wait for an outside system. */
  readonly waitingOutside: number;
  /** The outside systems that are unavailable. */
  readonly unavailable: ReadonlyMap<string, TargetDetail>;
  /** The records read so far, by outcome. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RunningConsumer {
  /** Throws when the consumer is not a member of its group. */
  checkMembership(): void;
  /** Throws during a pause, with its reason and duration, and while Kafka refuses records. */
  checkWork(): void;
  state(): ConsumerState;
  /** Waits for running handlers, commits, and leaves the group, all within the limit (default `stopTimeoutMs`). */
  stop(limitMs?: number): Promise<void>;
}

/** Retry delays must rise from topic to topic. Marks must outlive waiting events. */
function checkDelays({ retries }: RetryTopics, { doneTtlMs, retryDelays }: ConsumeLimits): void {
  if (retries.some(({ delayMs }, index) => delayMs <= (retries[index - 1]?.delayMs ?? 0))) {
    throw new KafkaError('INVALID_OPTION', `Retry delays rise, such as 5s, 1m, 10m; got "${retryDelays.join(', ')}".`);
  }
  const longest = retries.at(-1)?.delayMs ?? 0;
  if (doneTtlMs >= 2 * longest) return;
  const message = `Finished events are kept for ${doneTtlMs / 1_000} s; at least twice the longest retry delay (${longest / 1_000} s) is required.`;
  throw new KafkaError('INVALID_OPTION', message);
}

/**
 * Consumes the event types that `handlers` names, as the group `service`. Events of one key run in order and one at a
 * time, different keys run concurrently, and each event has one effect. Failures go through the retry topics to the
 * dead-letter topic. Resolves when the group is joined. docs/delivery.md lists the guarantees.
 */
export async function consume(options: ConsumeOptions): Promise<RunningConsumer> {
  const limits: ConsumeLimits = { ...DEFAULT_LIMITS, ...options };
  const {
    service,
    redis,
    publisher,
    codec,
    tracer = untraced,
    eventLog = noEventLog,
    alert = () => {},
    availability = createAvailability(),
    onFailure,
  } = options;
  const logger = options.logger.child({ component: 'consumer' });
  const handlers = new Map(Object.entries(options.handlers) as [EventType, AnyHandler][]);
  const sources = options.sources ?? [...new Set([...handlers.keys()].map((type) => catalogue[type].topic))];
  const retryTopics = retryTopicsOf(service, limits.retryDelays);
  checkDelays(retryTopics, limits);
  await checkChainTopics(options.connection, sources, retryTopics, limits.retryDelays);
  const keyspace = keyspaceOf(options.scope ?? (await clusterId(options.connection)), service);

  const stopping = new AbortController();
  const failed = (error: Error): void => {
    if (!stopping.signal.aborted) onFailure(error);
  };
  const metrics = createConsumeMetrics(options.metrics, new Set(handlers.keys()));
  const pause = createPause();
  const { leaseMs, doneTtlMs, orphanAfterMs } = limits;
  const notes = createOperatorNotes({
    redis,
    keyspace,
    pauses: () => pause.details,
    targets: () => availability.details,
  });
  const connectionNotes = createConnectionNotes({ redis, keyspace, availability });
  const { effects, reasons } = serviceKeys(keyspace);
  const effectNotes = createLatestNotes<OutsideEffect>(redis, effects, doneTtlMs);
  const skipNotes = createLatestNotes<string>(redis, reasons, doneTtlMs);
  const reachable = (yes: boolean): void => (yes ? pause.end('redis') : pause.begin('redis'));
  const eventState = createLenientEventState(
    createEventState({ redis, keyspace, logger, leaseMs, doneTtlMs, orphanAfterMs, reachable }),
    logger,
  );
  const forwarder = createForwarder({ retryTopics, publisher, logger, tracer, stopping: stopping.signal });
  const recentTenants = createRecentTenants();
  const tenantsNote = await followRecentTenants(redis, keyspace, recentTenants);
  const pipeline = createPipeline({
    ...{
      service,
      retryTopics,
      handlers,
      eventState,
      forwarder,
      skipNotes,
      pause,
      availability,
      limits,
      metrics,
      logger,
      tracer,
      failed,
      alert,
      eventLog,
      effectNotes,
    },
    decode: (value) => codec.decode(value),
    recentTenants,
    needsRoom: () => subscription.current?.needsRoom ?? false,
  });
  const subscription = createSubscription({
    connection: options.connection,
    groupId: service,
    topics: [...sources, ...retryTopics.retries.map(({ topic }) => topic), retryTopics.waiting.topic],
    limits,
    logger,
    resting: () => pause.reasons.size > 0 && pipeline.waiting + pipeline.waitingOutside > 0,
    failed,
    lost: metrics.lost,
    assignment: {
      handles: (type) => handlers.has(type as EventType),
      skipped: (record) => metrics.ended(record, 'skipped'),
      accepted: metrics.accepted,
      left(count) {
        metrics.left(count);
        // Records of the old assignment that wait for the semaphore give their leases back.
        pipeline.wake();
      },
      bufferBytes: limits.bufferBytes,
      commitWindow: limits.commitWindow,
      offer: pipeline.offer,
      isDelayed: (topic) =>
        topic === retryTopics.waiting.topic || retryTopics.retries.some((retry) => retry.topic === topic),
      longestWaitMs: longestWaitMs(retryTopics),
    },
  });
  let wasPaused = false;
  pause.onChange(() => {
    const isPaused = pause.reasons.size > 0;
    // Each outside system that is down has its own alert.
    if (isPaused && !wasPaused && !pause.reasons.has('outside')) alert(pauseAlert(pause.details));
    wasPaused = isPaused;
    pipeline.wake();
    subscription.reconcile();
    notes.paused();
  });
  availability.onChange((change) => {
    if (change?.to === 'down') {
      logger.warn(
        { target: change.target, reason: change.why },
        'an outside system is unavailable: what needs it waits',
      );
      if (!change.isLimit)
        alert({ kind: 'outside_down', code: 'OUTSIDE_UNAVAILABLE', about: change.target, message: change.why });
    } else if (change?.to === 'up') {
      logger.info({ target: change.target }, 'an outside system can be used again');
    }
    if (availability.isNothingLeft) pause.begin('outside', availability.firstWhy);
    else pause.end('outside');
    notes.paused();
  });
  await subscription.start();
  const reported = options.metrics === undefined ? undefined : report(options.metrics);

  /** Registers the gauges and starts the watches that they read from. */
  function report(registry: Registry): { stop(): Promise<void> } {
    const lag = createLagWatch({
      reader: openReader(options.connection),
      assignment: () => subscription.current,
      paused: () => subscription.paused,
      logger,
    });
    const stateGauges = followStateGauges(() => readStateGauges(redis, keyspace, doneTtlMs));
    registerGauges(registry, service, {
      running: () => pipeline.running,
      inFlight: () => subscription.current?.inFlight ?? 0,
      open: () => metrics.open,
      bufferedBytes: () => subscription.current?.bytes ?? 0,
      refused: () => forwarder.refused,
      pausedBy: () => pause.reasons,
      lag: lag.read,
      stateGauges: () => stateGauges.last,
      waitingOutside: () => pipeline.waitingOutside,
      unavailable: () => new Map([...availability.details].filter(([, { isLimit }]) => !isLimit)),
      slowestTenants: () => slowestTenants(subscription.current?.unfinished() ?? []),
      failingTenants: metrics.failingTenants,
    });
    return {
      stop() {
        stateGauges.stop();
        return lag.stop();
      },
    };
  }

  const watchdog = createWatchdog(
    {
      due: () => subscription.current?.due ?? 0,
      steps: () => Object.values(metrics.counts).reduce((sum, count) => sum + count, metrics.attempts),
      // A restart helps neither events that wait for outside systems nor records that Kafka refuses in a retry topic.
      // Health and alerts report both.
      resting: () =>
        pause.reasons.size > 0 || forwarder.refused > 0 || (pipeline.isIdle && pipeline.waitingOutside > 0),
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
      waitingOutside: pipeline.waitingOutside,
      unavailable: availability.details,
      counts: metrics.counts,
    }),
    async stop(limitMs = limits.stopTimeoutMs) {
      // The stop ends a little before the caller's limit.
      const deadline = performance.now() + Math.min(limitMs, limits.stopTimeoutMs) - 500;
      const left = (): number => Math.max(deadline - performance.now(), 500);
      stopping.abort();
      watchdog.stop();
      pause.stop();
      notes.stop();
      connectionNotes.stop();
      effectNotes.stop();
      skipNotes.stop();
      void tenantsNote.stop();
      // Leaving the group needs time too.
      await pipeline.stop(left() - Math.min(3_000, left() / 4));
      await Promise.all([subscription.stop(left()), reported?.stop()]);
    },
  };
}
