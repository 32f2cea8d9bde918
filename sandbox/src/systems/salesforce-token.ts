import { randomBytes, verify } from 'node:crypto';
import { credentials } from '../credentials.ts';
import { objectOf, textOf } from '../json.ts';
import { type Answer, lookup, type Route, refuse } from '../system.ts';

export interface Tokens {
  issue: Route;
  isLive(token: string): boolean;
  expire(): void;
}

const LIFETIME_MS = 2 * 3_600_000;
const MOST_TOKENS = 1_000;
/** A JWT may be valid for five minutes, plus clock skew. */
const MOST_JWT_SECONDS = 300 + 30;

const { clientId, clientSecret, username } = credentials.salesforce;
const problem = (error: string, description: string): Answer => refuse(400, { error, error_description: description });

/** The token endpoint: accepts client credentials, and JWTs that `publicKey` verifies. */
export function createTokens(publicKey?: string): Tokens {
  const tokens = new Map<string, number>();

  const issue: Route = ({ body, headers }) => {
    const form = objectOf(body);
    const wrong =
      form.grant_type === 'client_credentials'
        ? clientProblem(form, headers.authorization)
        : form.grant_type === 'urn:ietf:params:oauth:grant-type:jwt-bearer'
          ? assertionProblem(textOf(form.assertion), publicKey)
          : problem('unsupported_grant_type', 'grant type not supported');
    if (wrong !== undefined) return wrong;
    const token = `00D${randomBytes(24).toString('base64url')}`;
    tokens.set(token, Date.now() + LIFETIME_MS);
    const [oldest] = tokens.keys();
    if (tokens.size > MOST_TOKENS && oldest !== undefined) tokens.delete(oldest);
    return lookup({
      access_token: token,
      scope: 'api',
      instance_url: `http://${headers.host ?? 'localhost'}/salesforce`,
      token_type: 'Bearer',
      issued_at: String(Date.now()),
    });
  };

  return { issue, isLive: (token) => (tokens.get(token) ?? 0) > Date.now(), expire: () => tokens.clear() };
}

function clientProblem(form: Record<string, unknown>, authorization = ''): Answer | undefined {
  const basic = /^Basic +(\S+)$/i.exec(authorization)?.[1];
  const [id, secret] =
    basic === undefined
      ? [textOf(form.client_id), textOf(form.client_secret)]
      : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent);
  if (id !== clientId) return problem('invalid_client_id', 'client identifier invalid');
  return secret === clientSecret ? undefined : problem('invalid_client', 'invalid client credentials');
}

function assertionProblem(assertion: string, publicKey: string | undefined): Answer | undefined {
  if (publicKey === undefined) return problem('invalid_grant', 'no certificate: start the sandbox with the public key');
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const [head, claims] = [claimsOf(header), claimsOf(payload)];
  const signed = Buffer.from(`${header}.${payload}`);
  if (head.alg !== 'RS256' || !verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))) {
    return problem('invalid_grant', 'invalid assertion');
  }
  const now = Date.now() / 1_000;
  const expires = Number(claims.exp);
  if (!(expires > now) || expires > now + MOST_JWT_SECONDS)
    return problem('invalid_grant', 'expired authorization code');
  if (textOf(claims.aud) === '') return problem('invalid_grant', 'audience is invalid');
  if (claims.iss !== clientId) return problem('invalid_client_id', 'client identifier invalid');
  return claims.sub === username ? undefined : problem('invalid_grant', "user hasn't approved this consumer");
}

function claimsOf(part: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    return {};
  }
}
