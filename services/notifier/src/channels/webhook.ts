import type { GuardedTarget, SignWebhook } from '@switchboard/outbound';
import type { Send } from './channel.ts';

/** A person's own endpoint, which can recognise a repetition by its id, and us by the signature. */
export const createWebhook =
  (target: Pick<GuardedTarget, 'request'>, sign?: SignWebhook): Send =>
  async ({ id, type, address, title, text }, signal) => {
    const headers = { 'idempotency-key': id };
    const signed = sign === undefined ? {} : { sign: (body: string) => sign(id, body) };
    await target.request({ method: 'POST', url: address, headers, body: { id, type, title, text }, signal, ...signed });
    return undefined;
  };
