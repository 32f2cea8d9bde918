import { alertConfig } from '@switchboard/alerts';
import { kafkaConfig, redisConfig, registryConfig } from '@switchboard/connections';
import Type, { type Static } from 'typebox';

export const ingestConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
  SOURCES_FILE: Type.String({ minLength: 1, description: 'the YAML file that names the senders and their secrets' }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^?#]+$',
      description: 'where senders reach ingest; the publicUrl of sources that have none begins with it',
    }),
  ),
  ...kafkaConfig.properties,
  KAFKA_CLIENT: Type.Enum(['platformatic', 'kafkajs'], { default: 'platformatic' }),
  KAFKA_QUEUE_BYTES: Type.Integer({
    minimum: 1_048_576,
    default: 67_108_864,
    description: 'how much may wait for Kafka before new events are answered 503',
  }),
  ...registryConfig.properties,
  ...redisConfig.properties,
  REDIS_SCOPE: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,64}$',
      description:
        "what the keys of Redis call this Kafka, in ingest, consumers and ops alike; default the cluster's id",
    }),
  ),
  SEEN_TTL_SECONDS: Type.Integer({
    minimum: 1,
    default: 86_400,
    description: 'how long a repeated event is recognised; Redis keeps about 120 bytes for each',
  }),
  RESUBMIT_SECRET: Type.Optional(
    Type.String({ minLength: 16, description: 'what `ops quarantine resubmit` signs with, 16 characters or more' }),
  ),
  IP_RATE: Type.Number({
    minimum: 0,
    default: 0,
    description:
      'requests a second from one address; 0 is no limit, right behind a proxy that is not in TRUSTED_PROXIES',
  }),
  TENANT_RATE: Type.Number({
    minimum: 0,
    maximum: 1_000_000,
    default: 0,
    description:
      'events a second of one tenant, over all instances, unless the sources file says another; 0 is no limit',
  }),
  TENANT_BURST: Type.Optional(
    Type.Number({
      minimum: 1,
      maximum: 100_000_000,
      description: 'how many events of a tenant may come at once after a silence; default those of ten seconds',
    }),
  ),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'addresses or CIDR blocks, separated by commas, whose X-Forwarded-For is believed',
  }),
  REQUIRE_HTTPS: Type.Boolean({
    default: false,
    description: 'refuses what a proxy of TRUSTED_PROXIES says came by http',
  }),
  SKIPPED_BODIES: Type.Boolean({
    default: true,
    description: 'keeps bodies of undeclared types, so that they can be resubmitted once their type is declared',
  }),
  ...alertConfig.properties,
  MAX_IN_FLIGHT_BYTES: Type.Integer({
    minimum: 8_388_608,
    default: 67_108_864,
    description: 'how much may be read or wait at once before new requests are answered 503',
  }),
});

export type IngestConfig = Static<typeof ingestConfig>;
