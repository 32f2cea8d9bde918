import { createPrivateKey, createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet, type JWK } from 'jose';

/** The algorithm that a private key in PEM signs tokens with. */
export function algorithmOf(privateKey: string): 'RS256' | 'ES256' | 'EdDSA' {
  const type = createPrivateKey(privateKey).asymmetricKeyType;
  if (type === 'rsa') return 'RS256';
  return type === 'ec' ? 'ES256' : 'EdDSA';
}

const publicHalf = (privateKey: string): Promise<JWK> => exportJWK(createPublicKey(createPrivateKey(privateKey)));

/** The key's thumbprint (RFC 7638), by which the token and the published key find each other. */
export const keyIdOf = async (privateKey: string): Promise<string> =>
  calculateJwkThumbprint(await publicHalf(privateKey));

/** What a stand-in for an identity provider publishes about its private key in PEM. */
export const publishedKeys = async (privateKey: string): Promise<JSONWebKeySet> => ({
  keys: [
    {
      ...(await publicHalf(privateKey)),
      kid: await keyIdOf(privateKey),
      alg: algorithmOf(privateKey),
      use: 'sig',
    },
  ],
});
