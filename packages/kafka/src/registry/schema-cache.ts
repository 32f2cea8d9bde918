import { createHash } from 'node:crypto';
import { type RedisOptions as AnyOptions, Redis } from 'ioredis';
import { type RegistryAddress, urlOf } from './registry.ts';

/** The registry's answers, cached for when it is unreachable. Both functions reject if Redis does not answer. */
export interface SchemaCache {
  read(fields: readonly string[]): Promise<(string | null)[]>;
  write(entries: Readonly<Record<string, string>>): Promise<void>;
}

type RedisOptions = Omit<AnyOptions, 'replyMapping'>;

export interface SchemaCacheOptions {
  redisUrl: string | (() => RedisOptions);
  /** Identifies our Kafka. A registry stores its schemas in Kafka and assigns other ids when that is rebuilt. */
  scope: string;
  registryUrl: RegistryAddress;
}

const LIMIT_MS = 2_000;
const SETTINGS: RedisOptions = {
  lazyConnect: true,
  connectTimeout: LIMIT_MS,
  commandTimeout: LIMIT_MS,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
};
const KEPT_SECONDS = 366 * 86_400;

/**
 * Caches are separate per registry and per Kafka, because ids are not valid across them. Connects for each use, since
 * uses are rare.
 */
export function createSchemaCache({ redisUrl, scope, registryUrl }: SchemaCacheOptions): SchemaCache {
  const key = `schemas:${scope}:${fingerprint(withoutCredentials(urlOf(registryUrl)))}`;

  async function ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const redis =
      typeof redisUrl === 'string' ? new Redis(redisUrl, SETTINGS) : new Redis({ ...redisUrl(), ...SETTINGS });
    // The command rejects as well.
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await command(redis);
    } finally {
      redis.disconnect();
    }
  }

  return {
    read: (fields) => ask((redis) => redis.hmget(key, ...fields)),
    write: (entries) =>
      ask(async (redis) => {
        await redis.hset(key, entries);
        await redis.expire(key, KEPT_SECONDS);
      }),
  };
}

export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function withoutCredentials(registryUrl: string): string {
  const { origin, pathname } = new URL(registryUrl);
  return origin + pathname.replace(/\/+$/, '');
}
