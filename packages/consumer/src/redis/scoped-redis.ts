import type { Redis } from 'ioredis';

/** A Redis, and the scope that keeps the keys of one Kafka apart from those of another in it. */
export interface ScopedRedis {
  readonly redis: Redis;
  readonly scope: string;
}
