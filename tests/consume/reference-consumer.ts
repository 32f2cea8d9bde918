import {
  type ConsumeLimits,
  consume,
  createAvailability,
  DEFAULT_LIMITS,
  type Handler,
  PermanentError,
  type RunningConsumer,
  UnavailableError,
} from '@switchboard/consumer';
import { createOwnChain } from '@switchboard/consumer/fixtures';
import type { EventType } from '@switchboard/events';
import { createCodec, createPublisher, type Publisher } from '@switchboard/kafka';
import { createLogger, createRedis, createRedisCluster, type Logger } from '@switchboard/service';
import type { Tracer } from '@switchboard/tracing';
import type { Cluster, Redis } from 'ioredis';
import type { Registry } from 'prom-client';

/** Where a test worker kills itself, as with kill -9. */
export type CrashPoint = 'after claim' | 'before mark' | 'before forward' | 'after forward';

export interface ReferenceOptions {
  service: string;
  topics: string[];
  brokers: string;
  registryUrl: string;
  redisUrl: string;
  /** `host:port` of the nodes of a Redis Cluster, instead of `redisUrl`. */
  redisCluster?: string;
  sinkUrl: string;
  /** The handled event type; default `message.received`. */
  type?: EventType;
  limits?: Partial<ConsumeLimits>;
  /** The outside systems that it knows from the start. */
  targets?: readonly string[];
  /** The process kills itself at this point of the n-th record that reaches it. */
  crash?: { point: CrashPoint; at: number };
  logLevel?: string;
}

export interface ReferenceConsumer extends RunningConsumer {
  readonly failure: Error | undefined;
  /** Stops the consumer and closes its dependencies. */
  close(): Promise<void>;
}

/** A consumer whose only effect is a request to the sink. Tests of it are tests of the runtime. */
export async function startReferenceConsumer(
  options: ReferenceOptions,
  handler?: Handler<'message.received'>,
  metrics?: Registry,
  tracer?: Tracer,
): Promise<ReferenceConsumer> {
  const logger = createLogger(options.service, options.logLevel ?? 'silent');
  const connection = { brokers: options.brokers.split(',') };
  // Opened first: if the registry is unreachable, there is nothing to close.
  const codec = await createCodec({ registryUrl: options.registryUrl });
  const redis = openRedis(options, logger);
  const publisher = await createPublisher({ ...connection, clientId: options.service, logger });
  const crash = crashAt(options.crash);
  const availability = createAvailability();
  for (const target of options.targets ?? []) availability.knows(target);
  let failure: Error | undefined;

  async function release(): Promise<void> {
    await publisher.close();
    redis.disconnect();
  }

  const [topic = ''] = options.topics;
  const retryDelays = options.limits?.retryDelays ?? DEFAULT_LIMITS.retryDelays;
  await createOwnChain(connection, options.service, topic, retryDelays.join());
  const consumer = await consume({
    ...options.limits,
    service: options.service,
    sources: options.topics,
    handlers: {
      [options.type ?? 'message.received']: handler ?? sinkHandler(options.sinkUrl, () => crash('before mark')),
    },
    connection,
    redis: crashingRedis(redis, crash),
    publisher: crashingPublisher(publisher, crash),
    codec,
    availability,
    logger,
    ...(metrics === undefined ? {} : { metrics }),
    ...(tracer === undefined ? {} : { tracer }),
    onFailure(error) {
      failure = error;
      logger.fatal({ err: error }, 'the consumer failed');
    },
  }).catch(async (error) => {
    await release();
    throw error;
  });

  return {
    checkMembership: consumer.checkMembership,
    checkWork: consumer.checkWork,
    state: consumer.state,
    stop: consumer.stop,
    get failure() {
      return failure;
    },
    async close() {
      await consumer.stop();
      await release();
    },
  };
}

function sinkHandler(url: string, effected: () => void): Handler<'message.received'> {
  return async (event, { idempotencyKey, attempt, signal }) => {
    const request = { idempotencyKey, key: event.conversationId, number: Number(event.messageId), attempt };
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(request), signal });
    await response.arrayBuffer();
    if (response.status === 503) throw new UnavailableError(response.headers.get('target') ?? 'sink');
    if (response.status === 422) throw new PermanentError('REFUSED', 'the sink rejects the event');
    if (response.status !== 200) throw new Error(`the sink responds with ${response.status}`);
    effected();
  };
}

function crashAt(crash: ReferenceOptions['crash']): (point: CrashPoint) => void {
  let reached = 0;
  return (point) => {
    if (point !== crash?.point) return;
    reached += 1;
    if (reached === crash.at) process.kill(process.pid, 'SIGKILL');
  };
}

function openRedis({ redisUrl, redisCluster }: ReferenceOptions, logger: Logger): Redis | Cluster {
  if (redisCluster === undefined) return createRedis(redisUrl, logger);
  const nodes = redisCluster.split(',').map((place) => {
    const { hostname, port } = new URL(`redis://${place}`);
    return { host: hostname, port: Number(port) };
  });
  return createRedisCluster({ nodes, credentials: () => ({}) }, logger);
}

function crashingRedis<R extends Redis | Cluster>(redis: R, crash: (point: CrashPoint) => void): R {
  const evalsha = redis.evalsha.bind(redis);
  redis.evalsha = (async (...args: Parameters<typeof evalsha>) => {
    const replies = (await evalsha(...args)) as string[];
    for (const reply of replies) if (reply === 'run' || reply === 'held') crash('after claim');
    return replies;
  }) as typeof redis.evalsha;
  return redis;
}

function crashingPublisher(publisher: Publisher, crash: (point: CrashPoint) => void): Publisher {
  return {
    ...publisher,
    async publish(record) {
      crash('before forward');
      await publisher.publish(record);
      crash('after forward');
    },
  };
}
