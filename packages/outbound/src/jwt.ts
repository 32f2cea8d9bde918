import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { OutboundError } from './outbound-error.ts';
import type { Token } from './token-source.ts';

export interface JwtClaims {
  issuer: string;
  subject?: string;
  audience: string;
  /** PEM. Accepts `\n` instead of line breaks, for environment variables. */
  privateKey: string;
  /** The id of the key, for verifiers with several keys. */
  keyId?: string;
}

const LIFETIME_SECONDS = 300;

/**
 * Creates JWTs that are valid for five minutes, signed with RS256.
 * @throws OutboundError when the key is not usable
 */
export function createJwtSigner(target: string, claims: JwtClaims): () => Promise<Token> {
  const { issuer, subject, audience, keyId } = claims;
  const key = readKey(target, claims.privateKey);

  return async () => {
    const unsigned = new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`);
    if (subject !== undefined) unsigned.setSubject(subject);
    return { token: await unsigned.sign(key), lifetimeMs: LIFETIME_SECONDS * 1_000 };
  };
}

function readKey(target: string, pem: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    // Without a cause, which may contain parts of the key.
  }
  if (key?.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2_048) return key;
  throw new OutboundError(
    'INVALID_OPTION',
    `${target}: the private key must be an RSA key of 2048 bits or more, in PEM`,
    {
      target,
    },
  );
}
