import { openAlerts } from '@switchboard/alerts';
import { openKafka, openRedisAddress, openRegistryAddress } from '@switchboard/connections';
import { clusterId, createCodec, createPublisher, createSchemaCache, watchCluster } from '@switchboard/kafka';
import { ConfigError, commaSeparated, createRedis, environment, type ServiceContext } from '@switchboard/service';
import type { IngestConfig } from './config.ts';
import { createDrift } from './drift/drift.ts';
import { connectDriftStore } from './drift/drift-store.ts';
import { connectSeenIds } from './event/seen-ids.ts';
import { type AddressList, createAddressList } from './http/address-list.ts';
import { registerIngest } from './ingest.ts';
import { connectSharedTokens } from './quota/shared-tokens.ts';
import { createTenantQuota, quotaRate } from './quota/tenant-quota.ts';
import { openSources } from './sources/live-sources.ts';

/** Opens what ingest stands on, and adds its route. */
export async function start({
  config,
  logger,
  eventLog,
  metrics,
  tracer,
  http,
  health,
  onStop,
  fail,
}: ServiceContext<IngestConfig>): Promise<void> {
  const trustedProxies = readTrustedProxies(config.TRUSTED_PROXIES);
  const sources = await openSources({ path: config.SOURCES_FILE, environment, logger, metrics });
  onStop('sources', sources.close);
  process.on('SIGHUP', sources.reload);

  const connection = openKafka(config);
  const redisUrl = openRedisAddress(config);
  // Like the publisher, it is known only when a broker answers: without Kafka there is no start.
  const scope = config.REDIS_SCOPE ?? (await clusterId(connection));
  if (config.REDIS_SCOPE === undefined) onStop('cluster', watchCluster(connection, scope, fail).stop);
  const registryUrl = openRegistryAddress(config);
  const cache = createSchemaCache({ redisUrl, scope, registryUrl });
  const { encode } = await createCodec({ registryUrl, cached: { cache, logger, onWrongIds: fail } });
  const publisher = await createPublisher({
    ...connection,
    client: config.KAFKA_CLIENT,
    clientId: 'ingest',
    maxQueueBytes: config.KAFKA_QUEUE_BYTES,
    logger,
    metrics,
  });
  onStop('publisher', publisher.close);
  // Without Kafka the instance stays in rotation: it answers 503 with Retry-After, which a balancer would not.
  health.add('kafka', publisher.check);

  const seenIds = connectSeenIds({
    redisUrl,
    scope,
    ttlSeconds: config.SEEN_TTL_SECONDS,
    logger,
    metrics,
  });
  onStop('redis', seenIds.close);
  health.add('redis', seenIds.check);

  const redis = createRedis(redisUrl, logger);
  onStop('redis of alerts', () => redis.disconnect());
  const alerts = openAlerts({ service: 'ingest', config, redis, scope, logger, metrics });
  onStop('alerts', alerts.close);

  const drift = createDrift({ registry: metrics, sources: sources.names });
  onStop('drift', connectDriftStore({ redisUrl, scope, drift, logger }).close);

  const shared = connectSharedTokens({ redisUrl, scope, logger, metrics });
  onStop('redis of quotas', shared.close);
  const usual = quotaRate(config.TENANT_RATE, config.TENANT_BURST);
  const quota = createTenantQuota({ rateOf: (tenant) => sources.quotaOf(tenant) ?? usual, shared, metrics });

  registerIngest(http, {
    quota,
    sources,
    seenIds,
    drift,
    publish: publisher.publish,
    encode,
    metrics,
    logger,
    tracer,
    keepsSkipped: config.SKIPPED_BODIES,
    eventLog,
    alert: alerts.raise,
    resubmitSecret: config.RESUBMIT_SECRET,
    limits: {
      ipRate: config.IP_RATE,
      trustedProxies,
      inFlightBytes: config.MAX_IN_FLIGHT_BYTES,
      requireHttps: config.REQUIRE_HTTPS,
    },
  });
}

/** @throws ConfigError */
export function readTrustedProxies(text: string): AddressList {
  try {
    return createAddressList(commaSeparated(text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError([`TRUSTED_PROXIES: ${error.message}`]);
  }
}
