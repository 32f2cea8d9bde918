import Type, { type Static, type TObject } from 'typebox';
import { DEFAULT_LIMITS } from '../options.ts';

/** What every consumer service can be told. */
export const consumerConfig = Type.Object({
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'host:port of the brokers, separated by commas' }),
  KAFKA_CLIENT: Type.Enum(['platformatic', 'kafkajs'], { default: 'platformatic' }),
  SCHEMA_REGISTRY_URL: Type.String({ minLength: 1, description: 'the registry, by its Confluent API' }),
  REDIS_URL: Type.String({ minLength: 1, description: 'redis://host:port, for order and one effect each' }),
  REDIS_SCOPE: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,64}$',
      description:
        "what the keys of Redis call this Kafka, in ingest, consumers and ops alike; default the cluster's id",
    }),
  ),
  CONCURRENCY: Type.Integer({ minimum: 1, maximum: 1_000, default: 16, description: 'events handled at a time' }),
  HANDLER_TIMEOUT_MS: Type.Integer({
    minimum: 100,
    maximum: 600_000,
    default: 30_000,
    description: 'how long one try of an event may take',
  }),
  RETRY_DELAYS: Type.String({
    pattern: '^ *[0-9]+(ms|s|m|h) *(, *[0-9]+(ms|s|m|h) *)*$',
    default: '5s,1m,10m',
    description: 'the rising delays of the retry topics, which are named after them, such as 5s,1m,10m',
  }),
  ON_DEAD_LETTER: Type.Enum(['continue', 'hold'], {
    default: 'continue',
    description: 'what the later events of a key do when one of it is dead: go on, or wait for the redrive',
  }),
  DONE_TTL_SECONDS: Type.Integer({
    minimum: 3_600,
    default: DEFAULT_LIMITS.doneTtlMs / 1_000,
    description: 'how long it is remembered that an event is done; Redis keeps about 150 bytes for each',
  }),
  TRACE_TARGETS: Type.String({
    default: '',
    description: 'the outside systems that are told of the trace by a traceparent header, separated by commas',
  }),
});

export type ConsumerConfig = Static<typeof consumerConfig>;

/** Together with what one of them can be told beside. */
export const withConsumerConfig = <S extends TObject>(own: S) =>
  Type.Object({ ...consumerConfig.properties, ...own.properties });
