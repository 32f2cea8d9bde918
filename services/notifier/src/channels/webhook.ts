import type { GuardedTarget } from '@switchboard/outbound';
import type { Send } from './channel.ts';

/** A person's own endpoint, which can recognise a repetition by its key. */
export const createWebhook =
  (target: Pick<GuardedTarget, 'request'>): Send =>
  async ({ id, type, address, title, text }, signal) => {
    const headers = { 'idempotency-key': id };
    await target.request({ method: 'POST', url: address, headers, body: { id, type, title, text }, signal });
  };
