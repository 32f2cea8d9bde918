import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';

/** What a registry has said, kept for when it is away. Both reject when Redis does not answer. */
export interface SchemaCache {
  read(fields: readonly string[]): Promise<(string | null)[]>;
  write(entries: Readonly<Record<string, string>>): Promise<void>;
}

export interface SchemaCacheOptions {
  redisUrl: string;
  /** Of our Kafka: a registry keeps its schemas in one, and gives other ids when that is rebuilt. */
  scope: string;
  registryUrl: string;
}

const LIMIT_MS = 2_000;
const KEPT_SECONDS = 366 * 86_400;

/** Kept apart for each registry and each Kafka, since the ids of one mean nothing in another. Connects for each use: these are few. */
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
    // The command rejects too.
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
