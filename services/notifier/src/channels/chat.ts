import type { Target } from '@switchboard/outbound';
import type { Send } from './channel.ts';

/** The chatbot platform. It treats messages with the same key as one. */
export const createChat =
  (target: Pick<Target, 'request'>): Send =>
  async ({ id, address, text, conversationId }, signal) => {
    const headers = { 'idempotency-key': id };
    const conversation = conversationId === undefined ? {} : { conversation_id: conversationId };
    await target.request({
      method: 'POST',
      path: '/v1/messages',
      headers,
      body: { user_id: address, ...conversation, message: text },
      signal,
    });
  };
