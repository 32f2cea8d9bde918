type Variables = Readonly<Record<string, string | undefined>>;

/** For commands: the addresses of the local stack in place of those that are not set. */
export function withLocalDefaults(variables: Variables): Variables {
  const { KAFKA_BROKERS, KAFKA_PORT, SCHEMA_REGISTRY_URL, REGISTRY_PORT, REDIS_URL, REDIS_PORT } = variables;
  return {
    ...variables,
    KAFKA_BROKERS: KAFKA_BROKERS || `127.0.0.1:${KAFKA_PORT || '9092'}`,
    SCHEMA_REGISTRY_URL: SCHEMA_REGISTRY_URL || `http://127.0.0.1:${REGISTRY_PORT || '8085'}/apis/ccompat/v7`,
    REDIS_URL: REDIS_URL || `redis://127.0.0.1:${REDIS_PORT || '6379'}`,
  };
}
