import { createHmac, type KeyObject } from 'node:crypto';

/** The headers that prove who sends a body, and when. They are valid for five minutes: sign each attempt. */
export function sign(
  body: string | Uint8Array,
  secret: string | KeyObject,
  now = Date.now(),
): { 'x-webhook-timestamp': string; 'x-webhook-signature': string } {
  const timestamp = String(Math.floor(now / 1_000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  return { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature };
}
