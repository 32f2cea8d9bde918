import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { JSONWebKeySet, JWTHeaderParameters } from 'jose';
import { headerOf, TOLERANCE_MS } from '../signature.ts';
import { bearerOf, type JudgedJwt, judgeJwt } from './judge-jwt.ts';
import { createKeySet } from './key-set.ts';
import { loadJson } from './load-json.ts';

/** What tokens may be signed with: asymmetric only, so that no published key can sign one. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export interface TokenRules {
  /** Where the keys are published, as a JSON Web Key Set; or the one public key. */
  readonly keys: { readonly jwksUrl: string } | { readonly publicKey: KeyObject };
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
}

/** Judges the bearer token of a request. */
export type TokenJudge = (headers: IncomingHttpHeaders, now: number) => Promise<JudgedJwt>;

export function createTokenJudge({ keys, issuer, audience, algorithms }: TokenRules): TokenJudge {
  const rules = { algorithms, issuer, audience, toleranceMs: TOLERANCE_MS };
  const keyAt = 'publicKey' in keys ? () => keys.publicKey : publishedAt(keys.jwksUrl);
  return async (headers, now) => {
    const given = headerOf(headers, 'authorization');
    if (given === undefined) return { kind: 'invalid', fault: 'missing' };
    const token = bearerOf(given);
    if (token === undefined) return { kind: 'invalid', fault: 'form' };
    return judgeJwt(token, keyAt(now), rules, now);
  };
}

function publishedAt(jwksUrl: string) {
  const keys = createKeySet(async () => (await loadJson(jwksUrl)) as unknown as JSONWebKeySet);
  return (now: number) => (header: JWTHeaderParameters) => keys.keyFor(header, now);
}
