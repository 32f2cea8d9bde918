import { createSecretKey } from 'node:crypto';
import { ownPayload } from '../platform/own-payload.ts';
import { defineProvider } from '../provider.ts';
import { timeless } from './hmac-scheme.ts';
import { fromBase64, headerOf, isOneOf } from './signature.ts';

/** User name and password (RFC 7617), for senders that have nothing better. They do not cover the body. */
export const basic = defineProvider({
  readSecret: (text) => {
    if (!/^[^:]+:./s.test(text)) throw new RangeError('must be written as user:password');
    return createSecretKey(Buffer.from(text));
  },
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ headers }) => {
      const given = headerOf(headers, 'authorization');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const credentials = fromBase64(/^Basic +(\S+)$/i.exec(given)?.[1] ?? '');
      if (credentials === undefined) return { kind: 'invalid', fault: 'form' };
      return isOneOf(keys, credentials) ? timeless(requireTimestamp) : { kind: 'invalid', fault: 'mismatch' };
    },
  ...ownPayload,
  sign: (_message, secret) => ({ authorization: `Basic ${Buffer.from(secret).toString('base64')}` }),
});
