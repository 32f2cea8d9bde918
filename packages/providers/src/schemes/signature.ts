import { createHash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Verdict } from '../provider.ts';
import { type HmacAlgorithm, hmacOf } from './hmac/mac.ts';

/** As in Standard Webhooks. */
export const TOLERANCE_MS = 300_000;

/** The header's value; a header that was sent twice has none. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether one of the keys made one of the signatures over the parts. */
export function isSignedBy(
  keys: readonly KeyObject[],
  algorithm: HmacAlgorithm,
  parts: readonly (string | Buffer)[],
  ...signatures: readonly Buffer[]
): boolean {
  let isSigned = false;
  for (const key of keys) {
    const digest = hmacOf(key, algorithm, parts);
    for (const signature of signatures) {
      if (signature.length === digest.length && timingSafeEqual(signature, digest)) isSigned = true;
    }
  }
  return isSigned;
}

/** Judges the time of a right signature; strangers learn nothing about clocks. */
export function freshness(signedAtMs: number, now: number, toleranceMs = TOLERANCE_MS): Verdict {
  const skewMs = signedAtMs - now;
  return Math.abs(skewMs) <= toleranceMs ? { kind: 'valid' } : { kind: 'stale', skewMs };
}

const HEX = /^(?:[0-9a-f]{2})+$/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The bytes of a signature; undefined if the text is no hex. */
export const fromHex = (text: string): Buffer | undefined => (HEX.test(text) ? Buffer.from(text, 'hex') : undefined);

/** The bytes of a signature; undefined if the text is no base64. */
export const fromBase64 = (text: string): Buffer | undefined =>
  BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;

/** Whether the text is one of the secrets, in a time that says nothing of where they differ. */
export function isOneOf(keys: readonly KeyObject[], text: string | Buffer): boolean {
  const given = digest(text);
  let isSecret = false;
  for (const key of keys) if (timingSafeEqual(digest(key.export()), given)) isSecret = true;
  return isSecret;
}

/** Equal lengths, as timingSafeEqual needs. */
const digest = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();
