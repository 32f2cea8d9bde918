import { alertConfig } from '@switchboard/alerts';
import { kafkaConfig, registryConfig, stateRedisConfig } from '@switchboard/connections';
import Type, { type Static, type TObject } from 'typebox';
import { DEFAULT_LIMITS } from '../options.ts';

/** The variables of every consumer service. */
export const consumerConfig = Type.Object({
  ...kafkaConfig.properties,
  KAFKA_CLIENT: Type.Enum(['platformatic', 'kafkajs'], { default: 'platformatic' }),
  ...registryConfig.properties,
  ...stateRedisConfig.properties,
  REDIS_SCOPE: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,64}$',
      description:
        "the name of this Kafka in the keys of Redis, the same for ingest, consumers and ops; default the cluster's id",
    }),
  ),
  CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 16,
    description: 'handlers of one tenant that run at a time, and a quarter of those of all tenants',
  }),
  TENANT_WEIGHTS: Type.String({
    default: '',
    description: 'tenants that get more or fewer handlers than others, such as acme=4,umbrella=0.5; 1 for all others',
  }),
  HANDLER_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 30_000,
    description: 'how long one attempt at an event may take',
  }),
  RETRY_DELAYS: Type.String({
    pattern: '^ *[0-9]+(ms|s|m|h) *(, *[0-9]+(ms|s|m|h) *)*$',
    default: '5s,1m,10m',
    description: 'the rising delays of the retry topics, which are named after them, such as 5s,1m,10m',
  }),
  ON_DEAD_LETTER: Type.Enum(['continue', 'hold'], {
    default: 'continue',
    description: 'whether later events of a key continue after a dead letter or wait for its redrive',
  }),
  DONE_TTL_SECONDS: Type.Integer({
    minimum: 3_600,
    default: DEFAULT_LIMITS.doneTtlMs / 1_000,
    description: 'how long a finished event is remembered, in some 10 bytes of Redis',
  }),
  TRACE_TARGETS: Type.String({
    default: '',
    description: 'the outside systems that receive a traceparent header, separated by commas',
  }),
  ...alertConfig.properties,
});

export type ConsumerConfig = Static<typeof consumerConfig>;

/** The variables of every consumer service and those of one service. */
export const withConsumerConfig = <S extends TObject>(own: S) =>
  Type.Object({ ...consumerConfig.properties, ...own.properties });
