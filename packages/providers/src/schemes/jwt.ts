import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { Type } from 'typebox';
import { ownPayload } from '../platform/own-payload.ts';
import { defineProvider } from '../provider.ts';
import { algorithmOf, keyIdOf } from './jwt/local-key.ts';
import { createTokenJudge, TOKEN_ALGORITHMS } from './jwt/token-judge.ts';

/** As in the sources file. */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** A bearer token of an identity provider. It says who calls and does not cover the body. */
export const jwt = defineProvider({
  settings: {
    jwksUrl: Type.String({ minLength: 1, description: 'Where the keys are published, as a JSON Web Key Set.' }),
    issuer: Type.String({ minLength: 1, description: 'What the claim iss must be.' }),
    audience: Type.String({ minLength: 1, description: 'What the claim aud must be or contain.' }),
    algorithms: Type.Optional(
      Type.Array(Type.Enum(TOKEN_ALGORITHMS), {
        minItems: 1,
        description: 'The algorithms that tokens may use. Default: RS256.',
      }),
    ),
    tenantClaim: Type.Optional(
      Type.String({ minLength: 1, description: 'The claim that names the tenant. Default: the tenant of the source.' }),
    ),
  },
  needs: { secrets: false },
  verifier: ({ settings: { jwksUrl, issuer, audience, algorithms = ['RS256'], tenantClaim } }) => {
    const judge = createTokenJudge({ keys: { jwksUrl }, issuer, audience, algorithms });
    return async ({ headers }, now) => {
      const judged = await judge(headers, now);
      if (judged.kind !== 'signed') return judged;
      if (tenantClaim === undefined) return { kind: 'valid' };
      const tenant = judged.claims[tenantClaim];
      return typeof tenant === 'string' && TENANT.test(tenant)
        ? { kind: 'valid', tenant }
        : { kind: 'invalid', fault: 'form' };
    };
  },
  ...ownPayload,
  /** `secret` is the private key in PEM; its public half must be among the keys at `jwksUrl`. */
  sign: async (_message, secret, now, settings) => {
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT()
      .setProtectedHeader({ alg: algorithmOf(secret), kid: await keyIdOf(secret) })
      .setIssuer(settings?.issuer ?? '')
      .setAudience(settings?.audience ?? '')
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 300)
      .sign(createPrivateKey(secret));
    return { authorization: `Bearer ${token}` };
  },
});
