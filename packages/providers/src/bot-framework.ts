import { createPrivateKey } from 'node:crypto';
import { type JSONWebKeySet, SignJWT } from 'jose';
import { Type } from 'typebox';
import { bearerOf, judgeJwt } from './jwt/judge-jwt.ts';
import { createKeySet } from './jwt/key-set.ts';
import { loadJson } from './jwt/load-json.ts';
import { algorithmOf, keyIdOf } from './jwt/local-key.ts';
import { defineProvider, type JsonObject } from './provider.ts';
import { headerOf, TOLERANCE_MS } from './signature.ts';

const OPENID_METADATA = 'https://login.botframework.com/v1/.well-known/openidconfiguration';
const ISSUER = 'https://api.botframework.com';

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication */
export const botFramework = defineProvider({
  settings: {
    appId: Type.String({ minLength: 1, description: "The bot's Microsoft app id, for which tokens are made." }),
    issuer: Type.Optional(
      Type.String({ minLength: 1, description: `What the claim iss must be. Default: ${ISSUER}.` }),
    ),
    openIdMetadata: Type.Optional(
      Type.String({
        minLength: 1,
        description: `Where the address of the keys is published. Default: ${OPENID_METADATA}.`,
      }),
    ),
  },
  needs: { secrets: false },
  verifier: ({ settings: { appId, issuer = ISSUER, openIdMetadata = OPENID_METADATA } }) => {
    const keys = createKeySet(() => publishedAt(openIdMetadata));
    const rules = { algorithms: ['RS256', 'RS384', 'RS512'], issuer, audience: appId, toleranceMs: TOLERANCE_MS };
    return async ({ headers, body }, now) => {
      const given = headerOf(headers, 'authorization');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const token = bearerOf(given);
      if (token === undefined) return { kind: 'invalid', fault: 'form' };
      const judged = await judgeJwt(token, (header) => keys.keyFor(header, now), rules, now);
      if (judged.kind !== 'signed') return judged;
      const { serviceUrl, channelId } = activityOf(body);
      const { endorsements } = keys.published(judged.keyId) ?? {};
      const mayVouch = !Array.isArray(endorsements) || endorsements.includes(channelId);
      // The body is not signed: this ties it to the token.
      const isOfToken = typeof serviceUrl === 'string' && judged.claims.serviceurl === serviceUrl;
      return mayVouch && isOfToken ? { kind: 'valid' } : { kind: 'invalid', fault: 'mismatch' };
    };
  },
  mapping: { events: [] },
  examples: [],
  /** `secret` is the private key in PEM; its public half must be among the keys behind `openIdMetadata`. */
  sign: async ({ body }, secret, now, settings) => {
    const seconds = Math.floor(now / 1000);
    const token = await new SignJWT({ serviceurl: activityOf(body).serviceUrl ?? '' })
      .setProtectedHeader({ alg: algorithmOf(secret), kid: await keyIdOf(secret) })
      .setIssuer(settings?.issuer ?? ISSUER)
      .setAudience(settings?.appId ?? '')
      .setNotBefore(seconds)
      .setExpirationTime(seconds + 3600)
      .sign(createPrivateKey(secret));
    return { authorization: `Bearer ${token}` };
  },
});

/** The keys at the address that the metadata names. */
async function publishedAt(openIdMetadata: string): Promise<JSONWebKeySet> {
  const { jwks_uri: address } = await loadJson(openIdMetadata);
  const isSafe = typeof address === 'string' && (address.startsWith('https:') || openIdMetadata.startsWith('http:'));
  if (!isSafe) throw new Error(`${openIdMetadata} must name the keys' address, with https`);
  return (await loadJson(address)) as unknown as JSONWebKeySet;
}

function activityOf(body: Buffer): JsonObject {
  try {
    const activity: unknown = JSON.parse(body.toString());
    return typeof activity === 'object' && activity !== null ? (activity as JsonObject) : {};
  } catch {
    return {};
  }
}
