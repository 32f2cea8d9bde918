import { createHmac, createSecretKey } from 'node:crypto';
import { OutboundError } from './outbound-error.ts';

/** Signs the bytes of a body; the receiver recognises repetitions by the id. */
export type SignWebhook = (id: string, body: string, now?: number) => Record<string, string>;

/** https://github.com/standard-webhooks/standard-webhooks asks for 24 to 64 bytes. */
const LEAST_BYTES = 24;

/** A dot would move the boundary between the id and the time. */
const ID = /^[^.\s]{1,256}$/;

/**
 * Signs with every secret, so that a receiver accepts the old or the new one while a secret is replaced.
 * @param secrets one or more `whsec_…`, separated by commas or spaces
 * @throws OutboundError without the secrets in it
 */
export function createWebhookSigner(target: string, secrets: string): SignWebhook {
  const texts = secrets.split(/[\s,]+/).filter((text) => text !== '');
  const keys = texts.map((text) => {
    const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length < LEAST_BYTES) throw invalid(target);
    return createSecretKey(bytes);
  });
  if (keys.length === 0) throw invalid(target);
  return (given, body, now = Date.now()) => {
    const id = ID.test(given) ? given : Buffer.from(given).toString('base64url').slice(0, 256);
    const timestamp = String(Math.floor(now / 1_000));
    const signatures = keys.map((key) => {
      const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
      return `v1,${hmac.digest('base64')}`;
    });
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
  };
}

function invalid(target: string): OutboundError {
  const message = `${target}: the webhook secret must be whsec_ and the base64 of at least ${LEAST_BYTES} bytes: try "whsec_$(openssl rand -base64 32)"`;
  return new OutboundError('INVALID_OPTION', message, { target });
}
