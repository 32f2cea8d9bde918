import { createHmac } from 'node:crypto';
import { seconds } from './hmac-scheme.ts';
import { defineProvider } from './provider.ts';
import { freshness, fromHex, headerOf, isSignedBy } from './signature.ts';

/** A time and a signature by each live secret; more parts than this are not read. */
const MAX_PARTS = 16;

/** https://docs.stripe.com/webhooks#verify-manually */
export const stripe = defineProvider({
  verifier:
    ({ keys }) =>
    ({ headers, body }, now) => {
      const given = headerOf(headers, 'stripe-signature');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const parts = given.split(',', MAX_PARTS).map((part) => part.split('=', 2));
      const times = parts.flatMap(([name, value = '']) => (name === 't' ? [value] : []));
      const signatures = parts.flatMap(([name, value = '']) => (name === 'v1' ? (fromHex(value) ?? []) : []));
      const [time = ''] = times;
      const signedAt = seconds.read(time);
      if (times.length !== 1 || signedAt === undefined || signatures.length === 0) {
        return { kind: 'invalid', fault: 'form' };
      }
      return isSignedBy(keys, 'sha256', [`${time}.`, body], ...signatures)
        ? freshness(signedAt, now)
        : { kind: 'invalid', fault: 'mismatch' };
    },
  mapping: { events: [] },
  examples: [],
  sign: ({ body }, secret, now) => {
    const time = seconds.write(now);
    const signature = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
    return { 'stripe-signature': `t=${time},v1=${signature}` };
  },
});
