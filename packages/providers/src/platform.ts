import { createHmac } from 'node:crypto';
import { defineProvider } from './provider.ts';
import { freshness, isSignedBy } from './signature.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/i;
const SECONDS = /^\d{1,12}$/;

/**
 * The platform's own scheme: `x-webhook-signature` is the hex HMAC-SHA256 of the body. With `x-webhook-timestamp`, the
 * seconds since 1970, it is that of `<timestamp>.<body>`, and the request counts for five minutes before and after.
 */
export const platform = defineProvider({
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ headers, body }, now) => {
      const { 'x-webhook-signature': given, 'x-webhook-timestamp': timestamp } = headers;
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      // A header sent twice arrives joined by a comma, and is refused here like everything that has the wrong form.
      if (typeof given !== 'string' || !HEX_SHA256.test(given)) return { kind: 'invalid', fault: 'form' };
      if (timestamp !== undefined && !SECONDS.test(String(timestamp))) return { kind: 'invalid', fault: 'form' };
      const parts = timestamp === undefined ? [body] : [`${timestamp}.`, body];
      if (!isSignedBy(keys, 'sha256', parts, Buffer.from(given, 'hex'))) return { kind: 'invalid', fault: 'mismatch' };
      if (timestamp !== undefined) return freshness(Number(timestamp) * 1_000, now);
      return requireTimestamp ? { kind: 'stale', skewMs: undefined } : { kind: 'valid' };
    },
  mapping: { events: [] },
  refusesBadBodies: true,
  examples: [],
  sign({ body }, secret, now) {
    const timestamp = String(Math.floor(now / 1_000));
    const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
    return { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature };
  },
});
