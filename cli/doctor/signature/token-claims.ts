import { bearerOf } from '@switchboard/providers';
import type { Case } from './trial.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Longer values are no names. */
const MOST_SHOWN = 200;

/** Says which claim of a bearer token is not what its source expects. Issuers and audiences are no secrets. */
export function claimSentence({ headers, body, settings }: Case): string | undefined {
  const claims = claimsOf(headers.authorization);
  if (claims === undefined) return undefined;
  const { iss, aud, serviceurl } = claims;
  const { issuer, audience = settings.appId } = settings;
  if (issuer !== undefined && iss !== issuer) return differs('The issuer of the token (iss)', iss, issuer);
  if (audience !== undefined && ![aud].flat().includes(audience)) {
    return differs('The audience of the token (aud)', aud, audience);
  }
  if (serviceurl === undefined || serviceurl === serviceUrlOf(body)) return undefined;
  return 'The serviceUrl of the body is not that of the token: the body was changed, or the token is of another request.';
}

const differs = (what: string, given: unknown, expected: unknown): string =>
  `${what} is ${shown(given)}, and the sources file expects ${shown(expected)}. Correct one of the two.`;

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, MOST_SHOWN);

/** Undefined for what is no token. Nothing of it is verified. */
function claimsOf(authorization: string | undefined): Claims | undefined {
  const [, payload = ''] = bearerOf(authorization ?? '')?.split('.') ?? [];
  return fieldsOf(Buffer.from(payload, 'base64url'));
}

const serviceUrlOf = (body: Buffer): unknown => fieldsOf(body)?.serviceUrl;

function fieldsOf(json: Buffer): Claims | undefined {
  try {
    const value: unknown = JSON.parse(json.toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
