import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { digestOf, isApiKey } from './api-keys.ts';
import type { Caller } from './caller.ts';
import type { Directory } from './directory.ts';
import { personOfBody, personOfClaims } from './person.ts';
import type { Signer } from './signer.ts';
import type { TokenHolder } from './token-holder.ts';

/** What a caller may show who they are with. */
export interface CallerRequest {
  readonly method: string;
  /** The path with the query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  readonly body: Buffer;
}

/**
 * Why a caller is refused: nothing to know them by (`missing`), a malformed or mistyped key, token or signature
 * (`form`), a key or issuer that is not in the file (`unknown`), a token or body that no caller in the file signed
 * (`signature`), a key or token past its time, or a signature too far from now (`expired`), a signed body that is no
 * JSON object (`body`).
 */
export const faults = ['missing', 'form', 'unknown', 'signature', 'expired', 'body'] as const;
export type Fault = (typeof faults)[number];

export type Authentication =
  /** `key` names the API key, or is the kind of the caller: for metrics and logs. */
  | { readonly kind: 'caller'; readonly caller: Caller; readonly key: string }
  | { readonly kind: 'refused'; readonly fault: Fault }
  /** The keys that verify the token cannot be loaded now. */
  | { readonly kind: 'unavailable' };

/** The tenant of a token has the form of a tenant in the file. */
const TENANT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

const refused = (fault: Fault): Authentication => ({ kind: 'refused', fault });

/** Recognises a caller by an API key, a token, or the signature of the body, in this order. */
export async function authenticate(request: CallerRequest, directory: Directory, now: number): Promise<Authentication> {
  const { authorization } = request.headers;
  if (authorization === undefined) return authenticateSigner(request, directory, now);
  const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization) ?? [];
  if (token === undefined) return refused('form');
  // Hashes are compared, so the time that it takes tells nothing about a key.
  const holder = directory.keys.get(digestOf(token));
  if (holder !== undefined) {
    const { name, tenant, scopes, key, expiresAt } = holder;
    if (expiresAt <= now) return refused('expired');
    return { kind: 'caller', caller: { kind: 'api-key', name, tenant, scopes }, key };
  }
  const holders = directory.tokens.get(issuerOf(token) ?? '');
  if (holders !== undefined) return authenticateToken(request, holders, now);
  // A key with a right checksum, or a token, is not mistyped.
  return refused(isApiKey(token) || token.split('.').length === 3 ? 'unknown' : 'form');
}

/** Read before the signature is checked, to find the keys that check it. */
function issuerOf(token: string): string | undefined {
  const [, claims, signature] = token.split('.', 4);
  if (claims === undefined || signature === undefined) return undefined;
  try {
    const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss?: unknown };
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    return undefined;
  }
}

async function authenticateToken(
  { headers }: CallerRequest,
  holders: readonly TokenHolder[],
  now: number,
): Promise<Authentication> {
  let result = refused('signature');
  for (const { judge, claims: places, tenantClaim, name, scopes, ...known } of holders) {
    const judged = await judge(headers, now);
    if (judged.kind === 'signed') {
      const tenant = tenantClaim === undefined ? known.tenant : judged.claims[tenantClaim];
      if (typeof tenant !== 'string' || !TENANT.test(tenant)) return refused('form');
      const person = personOfClaims(judged.claims, places);
      return { kind: 'caller', caller: { kind: 'jwt', name, tenant, scopes, person }, key: 'jwt' };
    }
    if (judged.kind === 'unavailable') result = judged;
    else if (judged.kind === 'stale') result = refused('expired');
  }
  return result;
}

async function authenticateSigner(
  request: CallerRequest,
  { signers }: Directory,
  now: number,
): Promise<Authentication> {
  let fault: Fault = 'missing';
  for (const [header, candidates] of signers) {
    if (request.headers[header] === undefined) continue;
    for (const signer of candidates) {
      const url = signer.publicUrl === undefined ? undefined : signer.publicUrl.replace(/\/+$/, '') + request.url;
      const verdict = await signer.verify({ ...request, url }, now);
      if (verdict.kind === 'valid') return callerOf(signer, request);
      // A right signature at a wrong time says more than a wrong one.
      if (verdict.kind === 'stale') fault = 'expired';
      else if (fault === 'missing')
        fault = verdict.kind === 'invalid' && verdict.fault !== 'mismatch' ? 'form' : 'signature';
    }
  }
  return refused(fault);
}

function callerOf(signer: Signer, { headers, body: bytes }: CallerRequest): Authentication {
  const { name, tenant, scopes, customer, signsAddress, acceptsReplays } = signer;
  const body = bytes.length === 0 && signsAddress ? {} : objectIn(bytes);
  // Without a body, one captured signature would open every address for ever.
  if (body === undefined) return refused('body');
  const person = personOfBody(body, customer);
  const time = signer.timeIn(headers);
  // Of what is signed, not of the signature, which can be written in several ways.
  const requestId = time && createHash('sha256').update(`${time}\n`).update(bytes).digest('base64url');
  return {
    kind: 'caller',
    caller: {
      ...{ kind: 'signed', name, tenant, scopes, person },
      ...(requestId === undefined ? { isReplayable: !acceptsReplays } : { requestId }),
    },
    key: 'signed',
  };
}

function objectIn(bytes: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
