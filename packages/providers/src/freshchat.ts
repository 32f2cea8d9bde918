import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { timeless } from './hmac-scheme.ts';
import { defineProvider } from './provider.ts';
import { fromBase64, headerOf } from './signature.ts';

/** https://support.freshchat.com/support/solutions/articles/239404-freshchat-webhooks-payload-structure-and-authentication */
export const freshchat = defineProvider({
  readSecret: publicKeyOf,
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ headers, body }) => {
      const given = headerOf(headers, 'x-freshchat-signature');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromBase64(given);
      if (signature === undefined) return { kind: 'invalid', fault: 'form' };
      const isSigned = keys.some((key) => verify('RSA-SHA256', body, key, signature));
      return isSigned ? timeless(requireTimestamp) : { kind: 'invalid', fault: 'mismatch' };
    },
  mapping: { events: [] },
  examples: [],
  /** `secret` is the private key in PEM; the source has its public half. */
  sign: ({ body }, secret) => ({
    'x-freshchat-signature': sign('RSA-SHA256', body, createPrivateKey(secret)).toString('base64'),
  }),
});

/** Freshchat shows the account's public key in PEM; one line with `\n` in it is accepted too. */
function publicKeyOf(text: string): KeyObject {
  const pem = text.replaceAll('\\n', '\n').trim();
  try {
    if (/^-----BEGIN (?:RSA )?PUBLIC KEY-----\s/.test(pem)) {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType === 'rsa') return key;
    }
  } catch {
    // The reason could quote the text.
  }
  throw new RangeError("must be the account's RSA public key in PEM, from -----BEGIN PUBLIC KEY----- to the end");
}
