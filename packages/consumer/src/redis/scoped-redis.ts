import type { Redis } from 'ioredis';

/** A Redis, and the scope that separates the keys of one Kafka from those of another. */
export interface ScopedRedis {
  readonly redis: Redis;
  readonly scope: string;
}
