import Type, { type Static } from 'typebox';
import { kafkaConfig } from './kafka-config.ts';
import { stateRedisConfig } from './redis-config.ts';
import { registryConfig } from './registry-config.ts';

/** The variables of Kafka, the registry and Redis, for programs that use all three. */
export const connectionsConfig = Type.Object({
  ...kafkaConfig.properties,
  ...registryConfig.properties,
  ...stateRedisConfig.properties,
});

export type ConnectionsConfig = Static<typeof connectionsConfig>;
