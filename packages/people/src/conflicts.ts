import type { Redis } from 'ioredis';
import type { Node } from './identifier.ts';

/** The components with a conflict, each by its first identifier, and the tenants that have some. */
export interface Conflicts {
  /** The component has a conflict; `others` are its further identifiers. */
  note(tenant: string, node: Node, others: readonly Node[], at: number): Promise<void>;
  /** None of the identifiers is the first of a component with a conflict any more. */
  clear(tenant: string, nodes: readonly Node[]): Promise<void>;
  /** The newest ones. */
  list(tenant: string, limit: number): Promise<Node[]>;
  count(): Promise<number>;
}

/** More than any operator looks through. */
const MOST_CONFLICTS = 10_000;

export function createConflicts(redis: Redis, prefix: string, prefixOf: (tenant: string) => string): Conflicts {
  const tenants = `${prefix}:tenants`;
  const keyOf = (tenant: string): string => `${prefixOf(tenant)}:conflicts`;
  return {
    async note(tenant, node, others, at) {
      const transaction = redis.multi().sadd(tenants, tenant).zadd(keyOf(tenant), at, node);
      if (others.length > 0) transaction.zrem(keyOf(tenant), ...others);
      await transaction.zremrangebyrank(keyOf(tenant), 0, -MOST_CONFLICTS - 1).exec();
    },
    async clear(tenant, nodes) {
      if (nodes.length > 0) await redis.zrem(keyOf(tenant), ...nodes);
    },
    list: (tenant, limit) => redis.zrevrange(keyOf(tenant), 0, limit - 1),
    async count() {
      const known = await redis.smembers(tenants);
      const counts = await Promise.all(known.map((tenant) => redis.zcard(keyOf(tenant))));
      return counts.reduce((sum, one) => sum + one, 0);
    },
  };
}
