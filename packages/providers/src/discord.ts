import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { isObject } from './json.ts';
import { defineProvider } from './provider.ts';
import { freshness, fromHex, headerOf } from './signature.ts';

const SIGNATURE_BYTES = 64;

/** https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
export const discord = defineProvider({
  readSecret: publicKeyOf,
  verifier:
    ({ keys }) =>
    ({ headers, body }, now) => {
      const given = headerOf(headers, 'x-signature-ed25519');
      const timestamp = headerOf(headers, 'x-signature-timestamp');
      if (given === undefined || timestamp === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromHex(given);
      if (signature?.length !== SIGNATURE_BYTES || !/^\d{10}$/.test(timestamp))
        return { kind: 'invalid', fault: 'form' };
      const signed = Buffer.concat([Buffer.from(timestamp), body]);
      const isSigned = keys.some((key) => verify(null, signed, key, signature));
      return isSigned ? freshness(Number(timestamp) * 1000, now) : { kind: 'invalid', fault: 'mismatch' };
    },
  handshake: ({ body }) => {
    if (!isObject(body)) return undefined;
    // A webhook event has type 1 too, and `event`; its ping has type 0.
    if (body.type === 1 && body.event === undefined)
      return { status: 200, contentType: 'application/json', body: '{"type":1}' };
    return body.type === 0 ? { status: 204, contentType: 'application/json', body: '' } : undefined;
  },
  // The platform's own mapping belongs here.
  mapping: { events: [] },
  examples: [],
  /** `secret` is the private key in PEM; the source has its public half in hex. */
  sign: ({ body }, secret, now) => {
    const timestamp = String(Math.floor(now / 1000));
    const signed = Buffer.concat([Buffer.from(timestamp), body]);
    return {
      'x-signature-ed25519': sign(null, signed, createPrivateKey(secret)).toString('hex'),
      'x-signature-timestamp': timestamp,
    };
  },
});

/** Discord shows the application's public key as 32 bytes in hex. */
function publicKeyOf(text: string): KeyObject {
  const bytes = fromHex(text.trim());
  if (bytes?.length !== 32) throw new RangeError("must be the application's public key: 64 characters of hex");
  return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') } });
}
