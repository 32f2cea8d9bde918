import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Verifier } from './verifier.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/i;
const SECONDS = /^\d{1,12}$/;

/** As in Standard Webhooks. */
const TOLERANCE_MS = 300_000;

/**
 * The platform's own scheme: `x-webhook-signature` is the hex HMAC-SHA256 of the body. With `x-webhook-timestamp`, the
 * seconds since 1970, it is that of `<timestamp>.<body>`, and the request counts for five minutes before and after.
 */
export const platform: Verifier = ({ headers, body }, secrets, { requireTimestamp, now }) => {
  const { 'x-webhook-signature': given, 'x-webhook-timestamp': timestamp } = headers;
  // A header sent twice arrives joined by a comma, and is refused here like everything that is not a digest or a number.
  if (typeof given !== 'string' || !HEX_SHA256.test(given)) return 'invalid';
  if (timestamp !== undefined && !SECONDS.test(String(timestamp))) return 'invalid';
  const signature = Buffer.from(given, 'hex');
  const isSigned = secrets.some((secret) => {
    const digest = createHmac('sha256', secret);
    if (timestamp !== undefined) digest.update(`${timestamp}.`);
    return timingSafeEqual(digest.update(body).digest(), signature);
  });
  if (!isSigned) return 'invalid';
  // Judged last: strangers learn nothing about clocks.
  if (timestamp === undefined) return requireTimestamp ? 'stale' : 'valid';
  return Math.abs(now - Number(timestamp) * 1_000) <= TOLERANCE_MS ? 'valid' : 'stale';
};
