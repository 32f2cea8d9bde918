import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';

/** The registry's answers, cached for when it is unreachable. Both functions reject if Redis does not answer. */
export interface SchemaCache {
  read(fields: readonly string[]): Promise<(string | null)[]>;
  write(entries: Readonly<Record<string, string>>): Promise<void>;
}

export interface SchemaCacheOptions {
  redisUrl: string;
  /** Identifies our Kafka. A registry stores its schemas in Kafka and assigns other ids when that is rebuilt. */
  scope: string;
  registryUrl: string;
}

const LIMIT_MS = 2_000;
const KEPT_SECONDS = 366 * 86_400;

/**
 * Caches are separate per registry and per Kafka, because ids are not valid across them. Connects for each use, since
 * uses are rare.
 */
export function createSchemaCache({ redisUrl, scope, registryUrl }: SchemaCacheOptions): SchemaCache {
  const key = `schemas:${scope}:${fingerprint(withoutCredentials(registryUrl))}`;

  async function ask<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(redisUrl, {
      lazyConnect: true,
      connectTimeout: LIMIT_MS,
      commandTimeout: LIMIT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
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
