import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verifier } from './verifier.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/i;

/** The platform's own scheme: `x-webhook-signature` is the hex HMAC-SHA256 of the body. */
export const platform: Verifier = ({ headers, body }, secrets) => {
  const given = headers['x-webhook-signature'];
  // A header sent twice arrives joined by a comma, and is refused here like everything that is not a digest.
  if (typeof given !== 'string' || !HEX_SHA256.test(given)) return false;
  const signature = Buffer.from(given, 'hex');
  for (const secret of secrets) {
    if (timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature)) return true;
  }
  return false;
};
