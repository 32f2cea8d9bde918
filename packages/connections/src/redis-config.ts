import Type, { type Static } from 'typebox';

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The variables of every program that uses Redis. */
export const redisConfig = Type.Object({
  REDIS_URL: Type.String({
    minLength: 1,
    description: 'redis://host:port, or rediss:// for TLS, for order and deduplication; may hold user:password@',
  }),
  REDIS_USERNAME: text('the ACL user of Redis; default that of REDIS_URL'),
  REDIS_PASSWORD: text('the password of Redis; default that of REDIS_URL'),
  REDIS_PASSWORD_FILE: text('the file with the password of Redis, instead of REDIS_PASSWORD'),
  REDIS_TLS_CA_FILE: text('PEM of the authorities that sign the certificate of Redis; default those of Node.js'),
  REDIS_TLS_CERT_FILE: text('PEM of our certificate for Redis, for mutual TLS'),
  REDIS_TLS_KEY_FILE: text('PEM of the private key of REDIS_TLS_CERT_FILE'),
  REDIS_SENTINELS: text('host:port of the Sentinels, separated by commas; they replace the host of REDIS_URL'),
  REDIS_SENTINEL_NAME: text('the name of the primary that the Sentinels watch'),
});

/** For programs that keep or read the event state. */
export const stateRedisConfig = Type.Object({
  ...redisConfig.properties,
  REDIS_CLUSTER: text(
    'host:port of some nodes of a Redis Cluster, separated by commas; it then holds the event state instead of REDIS_URL',
  ),
});

export type StateRedisConfig = Static<typeof stateRedisConfig>;

export type RedisConfig = Static<typeof redisConfig>;
