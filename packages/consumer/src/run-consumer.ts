import {
  type ConsumeOptions,
  consume,
  createCodec,
  createPublisher,
  createRedis,
  type Handlers,
} from '@switchboard/kafka';
import {
  createGuardedTarget,
  createTarget,
  type GuardedTarget,
  type GuardedTargetOptions,
  type Target,
  type TargetOptions,
} from '@switchboard/outbound';
import { commaSeparated, runService, type ServiceContext } from '@switchboard/service';
import type { Redis } from 'ioredis';
import Type, { type Static, type TObject } from 'typebox';
import { type ConsumerConfig, consumerConfig } from './config.ts';

/** What the handlers of a service may be made of. */
export interface ConsumerContext<C> extends ServiceContext<C & ConsumerConfig> {
  readonly redis: Redis;
  /** An outside system, with metrics and health; closed at the stop. */
  target(options: Omit<TargetOptions, 'logger' | 'metrics'>): Target;
  /** Outside systems whose addresses come from events or users. */
  guardedTarget(options: Omit<GuardedTargetOptions, 'logger' | 'metrics'>): GuardedTarget;
}

export interface ConsumerDefinition<S extends TObject> {
  /** Names the service, its consumer group and its retry topics. */
  name: string;
  /** What it can be told beside what every consumer service can. */
  config: S;
  /** Event types that go first when there is more to do than can be done at once. */
  urgent?: ConsumeOptions['urgent'];
  /** One per event type; the topics to read follow from them. Opens what they need. */
  handlers(context: ConsumerContext<Static<S>>): Handlers | Promise<Handlers>;
}

/** Runs a consumer service until a signal ends it: events in, one effect each; see docs/delivery.md. */
export function runConsumer<S extends TObject>(definition: ConsumerDefinition<S>): Promise<void> {
  const { name } = definition;
  return runService({
    name,
    config: Type.Object({ ...consumerConfig.properties, ...definition.config.properties }),
    async start(service) {
      const { logger, metrics, tracer, health, onStop, fail } = service;
      const config = service.config as ServiceContext<ConsumerConfig>['config'];
      const connection = { brokers: config.KAFKA_BROKERS };

      const codec = await createCodec({ registryUrl: config.SCHEMA_REGISTRY_URL });
      const redis = createRedis(config.REDIS_URL, logger);
      onStop('redis', () => redis.disconnect());
      const publisher = await createPublisher({
        ...connection,
        client: config.KAFKA_CLIENT,
        clientId: name,
        logger,
        metrics,
      });
      onStop('publisher', publisher.close);

      const told = commaSeparated(config.TRACE_TARGETS);
      function target(options: Omit<TargetOptions, 'logger' | 'metrics'>): Target {
        const tellTrace = told.includes(options.name);
        // No handler has to wait for another's request.
        const created = createTarget({
          concurrency: config.CONCURRENCY,
          tellTrace,
          ...options,
          logger,
          metrics,
          tracer,
        });
        onStop(options.name, created.close);
        health.add(options.name, created.check);
        return created;
      }
      function guardedTarget(options: Omit<GuardedTargetOptions, 'logger' | 'metrics'>): GuardedTarget {
        const created = createGuardedTarget({ ...options, logger, metrics, tracer });
        onStop(options.name, created.close);
        return created;
      }
      const context = { ...service, redis, target, guardedTarget } as unknown as ConsumerContext<Static<S>>;
      const handlers = await definition.handlers(context);

      const consumer = await consume({
        service: name,
        handlers,
        connection,
        codec,
        redis,
        publisher,
        concurrency: config.CONCURRENCY,
        handlerTimeoutMs: config.HANDLER_TIMEOUT_MS,
        retryDelays: commaSeparated(config.RETRY_DELAYS),
        onDeadLetter: config.ON_DEAD_LETTER,
        urgent: definition.urgent ?? [],
        logger,
        metrics,
        tracer,
        onFailure: fail,
      });
      onStop('consumer', consumer.stop);
      health.add('kafka', consumer.check, { required: true });
    },
  });
}
