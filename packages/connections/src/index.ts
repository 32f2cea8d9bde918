export { type ConnectionsConfig, connectionsConfig } from './config.ts';
export { openKafka } from './kafka.ts';
export { type KafkaConfig, kafkaConfig } from './kafka-config.ts';
export { withLocalDefaults } from './local-defaults.ts';
export { openClusterAddress, openRedisAddress } from './redis.ts';
export { type RedisConfig, redisConfig, type StateRedisConfig, stateRedisConfig } from './redis-config.ts';
export { openRegistryAddress } from './registry.ts';
export { type RegistryConfig, registryConfig } from './registry-config.ts';
