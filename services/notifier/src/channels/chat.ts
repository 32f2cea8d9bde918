import type { Target } from '@switchboard/outbound';
import type { Send } from './channel.ts';

/** The chatbot platform. It treats messages with the same key as one. */
export const createChat =
  (target: Pick<Target, 'request'>, path: string): Send =>
  async ({ id, address, text, conversationId }, signal) => {
    const headers = { 'idempotency-key': id };
    const conversation = conversationId === undefined ? {} : { conversation_id: conversationId };
    const { body } = await target.request({
      method: 'POST',
      path,
      headers,
      body: { user_id: address, ...conversation, message: text },
      signal,
    });
    const { id: made } = (body ?? {}) as { id?: unknown };
    return typeof made === 'string' ? made : undefined;
  };
