import { catalogue, type EventType } from '@switchboard/events';
import { untraced } from '@switchboard/tracing';
import { clusterId } from '../cluster.ts';
import { createKafka } from '../connection.ts';
import { KafkaError } from '../error.ts';
import { openReader } from '../reader.ts';
import type { AnyHandler } from './attempts.ts';
import { type Chain, createChain, longestWaitMs } from './chain.ts';
import { createChainTopics } from './chain-topics.ts';
import { createForwarder } from './forwarder.ts';
import { createGate } from './gate.ts';
import { createLagWatch, type LagWatch } from './lag.ts';
import { createLenientSteps } from './lenient-steps.ts';
import { createConsumeMetrics } from './metrics.ts';
import { createNotes } from './notes.ts';
import { type ConsumeLimits, type ConsumeOptions, DEFAULT_LIMITS } from './options.ts';
import { PausedError } from './paused-error.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { createSteps } from './steps.ts';
import { keyspaceOf } from './steps-script.ts';
import { createSubscription, type Subscription } from './subscription.ts';
import { type Followed, followTallies, readTallies } from './tallies.ts';
import { createWatchdog } from './watchdog.ts';

export interface ConsumerState {
  /** Why nothing runs at the moment; empty when it does. */
  readonly closedBy: readonly string[];
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
function checkDelays({ tiers }: Chain, { doneTtlMs, retryDelays }: ConsumeLimits): void {
  if (tiers.some(({ delayMs }, index) => delayMs <= (tiers[index - 1]?.delayMs ?? 0))) {
    throw new KafkaError('INVALID_OPTION', `Retry delays rise, such as 5s, 1m, 10m; got "${retryDelays.join(', ')}".`);
  }
  const longest = tiers.at(-1)?.delayMs ?? 0;
  if (doneTtlMs >= 2 * longest) return;
  const message = `Events are remembered for ${doneTtlMs / 1_000} s: that must be twice the longest retry delay, ${longest / 1_000} s, or more.`;
  throw new KafkaError('INVALID_OPTION', message);
}

/** A broker that does not answer must not hold up what others could do. */
const CLIENT_SETTINGS = { requestTimeout: 10_000, connectionTimeout: 2_000 };

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
  const chain = createChain(service, limits.retryDelays);
  checkDelays(chain, limits);
  await createChainTopics(options.connection, sources, chain);
  const keyspace = keyspaceOf(options.scope ?? (await clusterId(options.connection)), service);

  const stopping = new AbortController();
  let pipeline: Pipeline | undefined;
  let subscription: Subscription | undefined;
  const gate = createGate(() => {
    pipeline?.wake();
    subscription?.reconcile();
    notes.paused();
  });
  const notes = createNotes({ redis, keyspace, doneTtlMs: limits.doneTtlMs, pauses: () => gate.pauses });
  const resting = (): boolean => gate.closedBy.size > 0 && (pipeline?.waiting ?? 0) > 0;
  let lag: LagWatch | undefined;
  let tallies: Followed | undefined;
  const metrics = createConsumeMetrics(options.metrics, service, new Set(handlers.keys()), {
    running: () => pipeline?.running ?? 0,
    inFlight: () => subscription?.current?.inFlight ?? 0,
    bufferedBytes: () => subscription?.current?.bytes ?? 0,
    refused: () => forwarder.refused,
    closedBy: () => gate.closedBy,
    lag: () => lag?.read() ?? [],
    tallies: () => tallies?.last,
  });
  const { leaseMs, doneTtlMs, orphanAfterMs } = limits;
  const reachable = (yes: boolean): void => (yes ? gate.open('redis') : gate.close('redis'));
  const steps = createLenientSteps(
    createSteps({ redis, keyspace, logger, leaseMs, doneTtlMs, orphanAfterMs, reachable }),
    logger,
  );
  const forwarder = createForwarder({ chain, publisher, logger, tracer, stopping: stopping.signal });
  const decode = (value: Buffer) => codec.decode(value);
  const failed = (error: Error): void => {
    if (!stopping.signal.aborted) onFailure(error);
  };
  pipeline = createPipeline({
    ...{ service, chain, handlers, decode, steps, forwarder, notes, gate, limits, metrics, logger, tracer, failed },
  });
  const { offer } = pipeline;

  subscription = createSubscription({
    kafka: createKafka(options.connection, `${service}-consumer`, logger, CLIENT_SETTINGS),
    groupId: service,
    topics: [...sources, ...chain.tiers.map(({ topic }) => topic)],
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
      isDelayed: (topic) => chain.tiers.some((tier) => tier.topic === topic),
      longestWaitMs: longestWaitMs(chain),
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
    tallies = followTallies(() => readTallies(redis, keyspace, limits.doneTtlMs));
  }

  const watchdog = createWatchdog(
    {
      due: () => subscription.current?.due ?? 0,
      steps: () => Object.values(metrics.counts).reduce((sum, count) => sum + count, metrics.attempts),
      // What Kafka refuses to take for the chain is told by health and alert; a restart would not help.
      resting: () => gate.closedBy.size > 0 || forwarder.refused > 0,
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
      if (gate.pauses.size > 0) throw new PausedError(gate.pauses);
      forwarder.check();
    },
    state: () => ({
      closedBy: [...gate.closedBy],
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
      gate.stop();
      tallies?.stop();
      notes.stop();
      // Leaving the group takes a moment of its own.
      await pipeline.stop(left() - Math.min(3_000, left() / 4));
      await Promise.all([subscription.stop(left()), lag?.stop()]);
    },
  };
}
