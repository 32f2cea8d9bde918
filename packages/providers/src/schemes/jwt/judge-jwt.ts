import { type CryptoKey, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify, type KeyObject } from 'jose';
import type { Verdict } from '../../provider.ts';
import { KeysUnavailable } from './key-set.ts';

/** Longer ones are refused unread; those of vendors have about 1,000 characters. */
const MAX_LENGTH = 16_384;

export interface JwtRules {
  /** Fixed by us: a token never chooses how it is checked. */
  readonly algorithms: readonly string[];
  readonly issuer: string;
  readonly audience?: string;
  readonly required?: readonly string[];
  readonly toleranceMs: number;
}

export type JudgedJwt =
  | { readonly kind: 'signed'; readonly claims: JWTPayload; readonly keyId: string | undefined }
  | Exclude<Verdict, { kind: 'valid' | 'reply' }>;

/** Checks the signature, then issuer and audience, then the time. */
export async function judgeJwt(
  token: string,
  key: KeyObject | ((header: JWTHeaderParameters) => Promise<CryptoKey>),
  rules: JwtRules,
  now: number,
): Promise<JudgedJwt> {
  if (token.length > MAX_LENGTH) return { kind: 'invalid', fault: 'form' };
  try {
    const { payload, protectedHeader } = await jwtVerify(token, typeof key === 'function' ? key : async () => key, {
      algorithms: [...rules.algorithms],
      issuer: rules.issuer,
      ...(rules.audience === undefined ? {} : { audience: rules.audience }),
      requiredClaims: ['exp', ...(rules.required ?? [])],
      clockTolerance: rules.toleranceMs / 1000,
      currentDate: new Date(now),
    });
    return { kind: 'signed', claims: payload, keyId: protectedHeader.kid };
  } catch (error) {
    return verdictOf(error, now);
  }
}

function verdictOf(error: unknown, now: number): JudgedJwt {
  if (error instanceof KeysUnavailable) return { kind: 'unavailable' };
  if (error instanceof errors.JWTExpired) return stale(error.payload.exp, now);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason !== 'check_failed') return { kind: 'invalid', fault: 'form' };
    return error.claim === 'nbf' ? stale(error.payload.nbf, now) : { kind: 'invalid', fault: 'mismatch' };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return { kind: 'invalid', fault: 'mismatch' };
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return { kind: 'invalid', fault: 'unknown_key' };
  // A token that is none, or whose algorithm is not the key's.
  if (error instanceof errors.JOSEError || error instanceof TypeError) return { kind: 'invalid', fault: 'form' };
  throw error;
}

const stale = (seconds: number | undefined, now: number): JudgedJwt => ({
  kind: 'stale',
  skewMs: seconds === undefined ? undefined : seconds * 1000 - now,
});

/** The token of `Authorization: Bearer`; undefined for another form. */
export const bearerOf = (header: string): string | undefined => /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
