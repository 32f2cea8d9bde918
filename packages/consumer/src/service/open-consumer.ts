import { type Alert, type Alerts, openAlerts } from '@switchboard/alerts';
import { openClusterAddress, openKafka, openRedisAddress, openRegistryAddress } from '@switchboard/connections';
import {
  clusterId,
  createCodec,
  createEventPublisher,
  createPublisher,
  createSchemaCache,
  type PublishEvent,
  watchCluster,
} from '@switchboard/kafka';
import { commaSeparated, createRedis, createRedisCluster, type ServiceContext } from '@switchboard/service';
import type { Redis } from 'ioredis';
import type { Static, TObject } from 'typebox';
import { consume, type RunningConsumer } from '../consume.ts';
import type { Handlers } from '../handler.ts';
import type { ConsumeOptions } from '../options.ts';
import { type Availability, createAvailability } from '../queues/availability.ts';
import { RETRY_RECORD_BYTES } from '../retry/chain-topics.ts';
import type { ConsumerConfig } from './config.ts';
import { createTargets, type Targets } from './targets.ts';
import { readTenantWeights } from './tenant-weights.ts';

/** The context of a service's handlers. */
export interface ConsumerContext<C> extends ServiceContext<C & ConsumerConfig>, Targets {
  readonly redis: Redis;
  /** Tells the team, grouped and limited; returns at once. */
  readonly alert: (alert: Alert) => void;
  /** Which outside systems can be used now; those of `target` report it by themselves. */
  readonly availability: Availability;
  /**
   * Publishes an event, for handlers whose effect is an event. Resolves when all in-sync replicas have it. Consumers
   * handle two events with the same source, type and id once, so an id that follows from the handled event makes a
   * repeat harmless. Available once the service has started.
   */
  readonly publish: PublishEvent;
}

export interface ConsumerDefinition<S extends TObject> {
  /** Names the service, its consumer group and its retry topics. */
  name: string;
  /** Its own variables, in addition to those of every consumer service. */
  config: S;
  /** Event types that run first when more events are ready than can run. */
  urgent?: ConsumeOptions['urgent'];
  /** Creates one handler per event type, with the resources they need. The topics to read follow from the types. */
  handlers(context: ConsumerContext<Static<S>>): Handlers | Promise<Handlers>;
}

/** How long running handlers may take to finish, within the stop of the service. */
const STOP_MS = 25_000;

/** Creates the handlers and consumes until the service stops. `settings` have no environment variables. */
export async function openConsumer<S extends TObject>(
  service: ServiceContext<ConsumerConfig>,
  { name, urgent = [], handlers }: ConsumerDefinition<S>,
  settings: Partial<ConsumeOptions> = {},
): Promise<void> {
  const { config, logger, metrics, tracer, health, onStop, stopping, fail } = service;
  const tenantWeights = readTenantWeights(config.TENANT_WEIGHTS);
  const connection = openKafka(config);
  const redisUrl = openRedisAddress(config);
  const clusterAddress = openClusterAddress(config);
  const registryUrl = openRegistryAddress(config);
  let consumer: RunningConsumer | undefined;
  health.add('kafka', () => joined(consumer).checkMembership(), { required: true });
  // Not required: the HTTP routes of a service can work while its events wait.
  health.add('events', () => joined(consumer).checkWork());

  const redis = createRedis(redisUrl, logger);
  onStop('redis', () => redis.disconnect());
  const cluster = clusterAddress && createRedisCluster(clusterAddress, logger);
  onStop('redis cluster', () => cluster?.disconnect());
  let alerts: Alerts | undefined;
  const alert = (one: Alert): void => alerts?.raise(one);
  // The configuration was read with a schema that includes the service's own variables.
  let publishEvent: PublishEvent | undefined;
  const publish: PublishEvent = (...event) => {
    if (publishEvent === undefined) throw new Error('events can be published once the service has started');
    return publishEvent(...event);
  };
  const availability = createAvailability();
  const context = {
    ...service,
    ...createTargets(service, alert, availability),
    alert,
    availability,
    redis,
    publish,
  } as unknown as ConsumerContext<Static<S>>;
  const opened = await handlers(context);
  // Joining the group can take as long as the session of a killed predecessor; a liveness probe must not fail by then.
  await service.listen();

  const scope = config.REDIS_SCOPE ?? (await clusterId(connection));
  if (config.REDIS_SCOPE === undefined) onStop('cluster', watchCluster(connection, scope, fail).stop);
  alerts = openAlerts({ service: name, config, redis, scope, logger, metrics });
  // Closed after the consumer and before Redis.
  onStop('alerts', alerts.close);
  const cache = createSchemaCache({ redisUrl, scope, registryUrl });
  const codec = await createCodec({ registryUrl, cached: { cache, logger, onWrongIds: fail } });
  const publisher = await createPublisher({
    ...connection,
    client: config.KAFKA_CLIENT,
    clientId: name,
    logger,
    metrics,
    maxRecordBytes: RETRY_RECORD_BYTES,
  });
  onStop('publisher', publisher.close);
  publishEvent = createEventPublisher({ publish: publisher.publish, encode: codec.encode, tracer });
  onStop('consumer', (limitMs) => consumer?.stop(limitMs), { timeoutMs: STOP_MS });

  consumer = await consume({
    ...settings,
    service: name,
    handlers: opened,
    connection,
    codec,
    redis: cluster ?? redis,
    scope,
    publisher,
    concurrency: config.CONCURRENCY,
    tenantWeights,
    handlerTimeoutMs: config.HANDLER_TIMEOUT_MS,
    retryDelays: commaSeparated(config.RETRY_DELAYS),
    onDeadLetter: config.ON_DEAD_LETTER,
    doneTtlMs: config.DONE_TTL_SECONDS * 1_000,
    urgent,
    logger,
    metrics,
    tracer,
    alert,
    availability,
    eventLog: service.eventLog,
    onFailure: fail,
  });
  // A stop during the join found no consumer to stop.
  if (stopping.aborted) await consumer.stop();
}

function joined(consumer: RunningConsumer | undefined): RunningConsumer {
  if (consumer === undefined) throw new Error('the consumer has not joined its group yet');
  return consumer;
}
