import { redisReply } from '@switchboard/consumer';
import type { Identifier } from '@switchboard/people';
import type { Redis } from 'ioredis';

/** An order, by its id in the system that sends its events. */
export interface Order {
  readonly tenant: string;
  readonly source: string;
  readonly orderId: string;
}

/** Who placed which order: shops do not name the buyer again when they deliver or refund. */
export interface Buyers {
  remember(order: Order, buyer: Identifier): Promise<void>;
  of(order: Order): Promise<Identifier | undefined>;
  /** Forgets which orders these buyers placed. */
  erase(tenant: string, buyers: readonly Identifier[]): Promise<void>;
}

/** A refund may take months. */
const KEEP_SECONDS = 180 * 86_400;

/** An order has its buyer; a buyer has the set of orders, so that they can be erased. */
export function createBuyers(redis: Redis, service: string, now: () => number): Buyers {
  const prefixOf = (tenant: string): string => `${service}:buyers:${encodeURIComponent(tenant)}`;
  const orderKey = ({ tenant, source, orderId }: Order): string =>
    `${prefixOf(tenant)}:of:${encodeURIComponent(source)}/${orderId}`;
  const buyerKey = (tenant: string, { kind, value }: Identifier): string => `${prefixOf(tenant)}:by:${kind}:${value}`;

  return {
    async remember(order, buyer) {
      const orders = buyerKey(order.tenant, buyer);
      const transaction = redis
        .multi()
        .set(orderKey(order), JSON.stringify(buyer), 'EX', KEEP_SECONDS)
        .zadd(orders, now(), orderKey(order))
        .zremrangebyscore(orders, '-inf', now() - KEEP_SECONDS * 1_000)
        .expire(orders, KEEP_SECONDS);
      await redisReply(transaction.exec());
    },
    async of(order) {
      const buyer = await redisReply(redis.get(orderKey(order)));
      return buyer === null ? undefined : (JSON.parse(buyer) as Identifier);
    },
    async erase(tenant, buyers) {
      for (const buyer of buyers) {
        const orders = buyerKey(tenant, buyer);
        const placed = await redisReply(redis.zrange(orders, '0', '-1'));
        await redisReply(redis.unlink([orders, ...placed]));
      }
    },
  };
}
