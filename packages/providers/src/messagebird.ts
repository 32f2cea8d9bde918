import { createHash, createSecretKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { type JudgedJwt, judgeJwt } from './jwt/judge-jwt.ts';
import { defineProvider } from './provider.ts';
import { headerOf } from './signature.ts';

const ISSUER = 'MessageBird';
const LIFETIME_SECONDS = 60;
/** MessageBird's library allows this much beyond the token's own minute. */
const TOLERANCE_MS = 5000;

/** https://developers.messagebird.com/api/#verifying-http-requests */
export const messagebird = defineProvider({
  needs: { publicUrl: true },
  verifier:
    ({ keys }) =>
    async ({ url = '', headers, body }, now) => {
      const token = headerOf(headers, 'messagebird-signature-jwt');
      if (token === undefined) return { kind: 'invalid', fault: 'missing' };
      const rules = {
        algorithms: ['HS256'],
        issuer: ISSUER,
        required: ['nbf', 'jti', 'url_hash'],
        toleranceMs: TOLERANCE_MS,
      };
      let judged: JudgedJwt = { kind: 'invalid', fault: 'mismatch' };
      for (const key of keys) {
        judged = await judgeJwt(token, key, rules, now);
        // Only another key can change this verdict.
        if (!(judged.kind === 'invalid' && judged.fault === 'mismatch')) break;
      }
      if (judged.kind !== 'signed') return judged;
      const { url_hash: urlHash, payload_hash: payloadHash, jti } = judged.claims;
      const isOfBody = payloadHash === undefined ? body.length === 0 : payloadHash === sha256(body);
      if (urlHash !== sha256(url) || !isOfBody) return { kind: 'invalid', fault: 'mismatch' };
      return typeof jti === 'string' ? { kind: 'valid', id: jti } : { kind: 'invalid', fault: 'form' };
    },
  mapping: { events: [] },
  examples: [],
  sign: async ({ url, body }, secret, now) => {
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT({ url_hash: sha256(url), payload_hash: sha256(body) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setNotBefore(seconds)
      .setExpirationTime(seconds + LIFETIME_SECONDS)
      .setJti(randomUUID())
      .sign(createSecretKey(Buffer.from(secret)));
    return { 'messagebird-signature-jwt': token };
  },
});

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
