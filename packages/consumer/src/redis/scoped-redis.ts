import type { StateRedis } from './state-keys.ts';

/** A Redis, and the scope that separates the keys of one Kafka from those of another. */
export interface ScopedRedis {
  readonly redis: StateRedis;
  readonly scope: string;
}
