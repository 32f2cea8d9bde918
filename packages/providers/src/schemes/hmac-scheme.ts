import { createHmac } from 'node:crypto';
import type { SignedRequest, UnsignedMessage, Verdict, VerifiedSource } from '../provider.ts';
import { freshness, fromBase64, fromHex, headerOf, isSignedBy } from './signature.ts';

/** One HMAC in one header, over the body alone or over its time and the body. */
export interface HmacScheme {
  readonly header: string;
  /** What stands before the signature, such as `sha256=`. */
  readonly prefix?: string;
  readonly algorithm: 'sha1' | 'sha256';
  readonly encoding: 'hex' | 'base64';
  readonly time?: SignedTime;
}

export interface SignedTime {
  readonly header: string;
  readonly unit: TimeUnit;
  /** What is signed before the body. */
  before(time: string): string;
}

export interface TimeUnit {
  /** In milliseconds since 1970; undefined if the text is no such time. */
  read(text: string): number | undefined;
  write(ms: number): string;
}

export const seconds: TimeUnit = {
  read: (text) => (/^\d{1,12}$/.test(text) ? Number(text) * 1_000 : undefined),
  write: (ms) => String(Math.floor(ms / 1_000)),
};

export const milliseconds: TimeUnit = {
  read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  write: String,
};

/** The verifier and the signer of such a scheme. */
export function hmacScheme({ header, prefix = '', algorithm, encoding, time }: HmacScheme) {
  const bytesOf = encoding === 'hex' ? fromHex : fromBase64;

  const verifier =
    ({ keys, requireTimestamp }: Pick<VerifiedSource<unknown>, 'keys' | 'requireTimestamp'>) =>
    ({ headers, body }: SignedRequest, now: number): Verdict => {
      const given = headerOf(headers, header);
      const sentAt = time && headerOf(headers, time.header);
      if (given === undefined || (time && sentAt === undefined)) return { kind: 'invalid', fault: 'missing' };
      const signature = given.startsWith(prefix) ? bytesOf(given.slice(prefix.length)) : undefined;
      const signedAt = sentAt === undefined ? undefined : time?.unit.read(sentAt);
      if (signature === undefined || (time && signedAt === undefined)) return { kind: 'invalid', fault: 'form' };
      const parts = time && sentAt !== undefined ? [time.before(sentAt), body] : [body];
      if (!isSignedBy(keys, algorithm, parts, signature)) return { kind: 'invalid', fault: 'mismatch' };
      return signedAt === undefined ? timeless(requireTimestamp) : freshness(signedAt, now);
    };

  const sign = ({ body }: Pick<UnsignedMessage, 'body'>, secret: string, now: number): Record<string, string> => {
    const sentAt = time?.unit.write(now);
    const hmac = createHmac(algorithm, secret);
    if (time && sentAt !== undefined) hmac.update(time.before(sentAt));
    const signature = `${prefix}${hmac.update(body).digest(encoding)}`;
    return time && sentAt !== undefined ? { [header]: signature, [time.header]: sentAt } : { [header]: signature };
  };

  return { verifier, sign };
}

/** The verdict on a right signature of a scheme that signs no time. */
export const timeless = (requireTimestamp: boolean): Verdict =>
  requireTimestamp ? { kind: 'stale', skewMs: undefined } : { kind: 'valid' };
