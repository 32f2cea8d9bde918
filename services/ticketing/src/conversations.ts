import { createHash } from 'node:crypto';
import { redisReply } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import type { HashStore } from './once.ts';

/** What an event of a ticket lacks: the conversation that the ticket was opened for, and its person. */
export type Conversation = Pick<
  EventOf<'conversation.escalated'>,
  'conversationId' | 'userId' | 'customer' | 'intent' | 'channel' | 'locale'
>;

/** Remembers the conversation of each ticket. */
export interface Conversations {
  put(tenant: string, ticketId: string, conversation: Conversation): Promise<void>;
  of(tenant: string, ticketId: string): Promise<Conversation | undefined>;
}

/** Tickets that are answered or solved later do not reach their conversation. */
const REMEMBERED_SECONDS = 30 * 24 * 3_600;
const FIELD = 'conversation';

export function createConversations(redis: HashStore, helpdesk: string): Conversations {
  const keyOf = (tenant: string, ticketId: string): string =>
    `ticketing:${helpdesk}:ticket:${createHash('sha256')
      .update(JSON.stringify([tenant, ticketId]))
      .digest('hex')}`;

  return {
    async put(tenant, ticketId, { conversationId, userId, customer, intent, channel, locale }) {
      const key = keyOf(tenant, ticketId);
      const stored: Conversation = { conversationId, userId, customer, intent, channel, locale };
      await redisReply(redis.hset(key, { [FIELD]: JSON.stringify(stored) }));
      await redisReply(redis.expire(key, REMEMBERED_SECONDS));
    },
    async of(tenant, ticketId) {
      const stored = await redisReply(redis.hget(keyOf(tenant, ticketId), FIELD));
      return stored === null ? undefined : (JSON.parse(stored) as Conversation);
    },
  };
}
