import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createTokenJudge, type TokenJudge, type TokenRules } from '@switchboard/providers';
import type { PersonPlaces } from './callers-form.ts';
import { type EntryReading, type Known, knownOf } from './entry-reading.ts';

export interface TokenHolder extends Known {
  readonly issuer: string;
  readonly audience: string;
  readonly judge: TokenJudge;
  readonly tenantClaim: string | undefined;
  readonly claims: PersonPlaces | undefined;
}

/** The caller of an entry with `jwt`; undefined without it, and after a complaint. */
export async function tokenHolderOf(reading: EntryReading): Promise<TokenHolder | undefined> {
  const { jwt } = reading.entry;
  if (jwt === undefined) return undefined;
  const { issuer, audience, tenantClaim, claims } = jwt;
  const rules = await rulesOf(jwt, reading);
  return rules && { ...knownOf(reading.entry), issuer, audience, tenantClaim, claims, judge: judgeFor(rules, reading) };
}

type Jwt = NonNullable<EntryReading['entry']['jwt']>;

async function rulesOf(jwt: Jwt, reading: EntryReading): Promise<TokenRules | undefined> {
  const { issuer, audience, jwksUrl, publicKeyFile } = jwt;
  if ((jwksUrl === undefined) === (publicKeyFile === undefined)) {
    reading.complain(['jwt'], 'needs jwksUrl or publicKeyFile, one of them');
    return undefined;
  }
  const publicKey = publicKeyFile === undefined ? undefined : await readPublicKey(publicKeyFile, reading);
  if (jwksUrl === undefined && publicKey === undefined) return undefined;
  const algorithms = jwt.algorithms ?? [publicKey === undefined ? 'RS256' : algorithmFor(publicKey)];
  const keys = publicKey === undefined ? { jwksUrl: jwksUrl ?? '' } : { publicKey };
  return { issuer, audience, algorithms, keys };
}

/** PEM. A public key is no secret, but the file may be the wrong one: its text is not quoted. */
async function readPublicKey(file: string, { path, complain }: EntryReading): Promise<KeyObject | undefined> {
  try {
    const text = await readFile(resolve(dirname(path), file), 'utf8');
    if (/PRIVATE KEY/.test(text)) complain(['jwt', 'publicKeyFile'], 'is a private key: give the public one');
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2_048)
      complain(['jwt', 'publicKeyFile'], 'must be 2048 bits or more');
    return key;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    complain(['jwt', 'publicKeyFile'], `must be a public key in PEM: ${file} (${code})`);
    return undefined;
  }
}

function algorithmFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  if (asymmetricKeyType === 'rsa') return 'RS256';
  if (asymmetricKeyType !== 'ec') return 'EdDSA';
  return { secp384r1: 'ES384', secp521r1: 'ES512' }[asymmetricKeyDetails?.namedCurve ?? ''] ?? 'ES256';
}

function judgeFor(rules: TokenRules, { judges }: EntryReading): TokenJudge {
  const { keys, ...others } = rules;
  const key = 'publicKey' in keys ? keys.publicKey.export({ type: 'spki', format: 'pem' }) : keys.jwksUrl;
  const settings = JSON.stringify([key, others]);
  const judge = judges.get(settings) ?? createTokenJudge(rules);
  judges.set(settings, judge);
  return judge;
}
