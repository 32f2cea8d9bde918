import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { defineProvider, type Verdict } from '../provider.ts';
import { freshness, fromHex, headerOf, isSignedBy } from '../schemes/signature.ts';
import { platformMapping } from './platform-mapping.ts';

const SECONDS = /^\d{1,12}$/;
const BYTES = 32;

/**
 * The platform's own scheme: `x-webhook-signature` is the hex HMAC-SHA256 of the body. With `x-webhook-timestamp`, the
 * seconds since 1970, it is that of `<timestamp>.<body>`, and the request counts for five minutes before and after.
 * `x-signature`, with or without `sha256=`, is the same without a time.
 */
export const platform = defineProvider({
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ headers, body }, now): Verdict => {
      const signature = signatureOf(headers);
      if (typeof signature === 'string') return { kind: 'invalid', fault: signature };
      const { 'x-webhook-timestamp': timestamp } = headers;
      // A header that was sent twice arrives joined by a comma, and is refused like everything that is not a number.
      if (timestamp !== undefined && !SECONDS.test(String(timestamp))) return { kind: 'invalid', fault: 'form' };
      const parts = timestamp === undefined ? [body] : [`${timestamp}.`, body];
      if (!isSignedBy(keys, 'sha256', parts, signature)) return { kind: 'invalid', fault: 'mismatch' };
      if (timestamp !== undefined) return freshness(Number(timestamp) * 1_000, now);
      return requireTimestamp ? { kind: 'stale', skewMs: undefined } : { kind: 'valid' };
    },
  mapping: platformMapping,
  refusesBadBodies: true,
  examples: [],
  sign({ body }, secret, now) {
    const timestamp = String(Math.floor(now / 1_000));
    const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
    return { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature };
  },
});

/** The signature's bytes, or why there are none. */
function signatureOf(headers: IncomingHttpHeaders): Buffer | 'missing' | 'form' {
  const own = headerOf(headers, 'x-webhook-signature');
  const other = headerOf(headers, 'x-signature');
  const given = own ?? other?.replace(/^sha256=/, '');
  if (given === undefined) return 'missing';
  const signature = fromHex(given);
  return signature?.length === BYTES ? signature : 'form';
}
