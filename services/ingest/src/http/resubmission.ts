import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { freshness, fromHex, headerOf, isSignedBy, type Verdict } from '@switchboard/providers';
import type { Claims } from './claims.ts';

/**
 * An operator sends a body from quarantine again. Most vendors' signatures cannot be made again, so it is signed with
 * `RESUBMIT_SECRET`: `<seconds>.<hex HMAC-SHA256>` of the seconds, the source, the item's place, the claims and the body.
 */
const SIGNATURE = 'x-switchboard-resubmit';
/** The place of an item in the body that it was sent in. */
const ITEM = 'x-switchboard-item';
/** The claims, as JSON in base64url. */
const CLAIMS = 'x-switchboard-claims';

interface Resubmission {
  source: string;
  body: Buffer;
  itemIndex: number | undefined;
  claims?: Claims;
}

export function signResubmission(resubmission: Resubmission, secret: string, now: number): Record<string, string> {
  const { source, body, itemIndex, claims = {} } = resubmission;
  const seconds = String(Math.floor(now / 1_000));
  const claimed = Object.keys(claims).length === 0 ? '' : Buffer.from(JSON.stringify(claims)).toString('base64url');
  const hmac = createHmac('sha256', secret);
  for (const part of signedParts({ seconds, source, itemIndex, claimed, body })) hmac.update(part);
  return {
    [SIGNATURE]: `${seconds}.${hmac.digest('hex')}`,
    ...(itemIndex === undefined ? {} : { [ITEM]: String(itemIndex) }),
    ...(claimed === '' ? {} : { [CLAIMS]: claimed }),
  };
}

export interface Resubmissions {
  /** Whether the request says that it is one; without a secret, none is. */
  isOne(headers: IncomingHttpHeaders): boolean;
  itemIndex(headers: IncomingHttpHeaders): number | undefined;
  verify(headers: IncomingHttpHeaders, source: string, body: Buffer, now: number): Verdict;
}

export function createResubmissions(secret: string | undefined): Resubmissions {
  const keys: readonly KeyObject[] = secret === undefined ? [] : [createSecretKey(Buffer.from(secret))];

  function itemIndex(headers: IncomingHttpHeaders): number | undefined {
    const given = headerOf(headers, ITEM);
    return given !== undefined && /^\d{1,6}$/.test(given) ? Number(given) : undefined;
  }

  return {
    isOne: (headers) => keys.length > 0 && headers[SIGNATURE] !== undefined,
    itemIndex,
    verify(headers, source, body, now) {
      const [, seconds = '', hex = ''] = /^(\d{1,12})\.(\w+)$/.exec(headerOf(headers, SIGNATURE) ?? '') ?? [];
      const signature = fromHex(hex);
      if (signature === undefined) return { kind: 'invalid', fault: 'form' };
      const claimed = headerOf(headers, CLAIMS) ?? '';
      const parts = signedParts({ seconds, source, itemIndex: itemIndex(headers), claimed, body });
      if (!isSignedBy(keys, 'sha256', parts, signature)) return { kind: 'invalid', fault: 'mismatch' };
      const verdict = freshness(Number(seconds) * 1_000, now);
      return verdict.kind === 'valid' ? { ...verdict, ...claimsOf(claimed) } : verdict;
    },
  };
}

/** They are signed, so they are what `signResubmission` wrote. */
function claimsOf(claimed: string): Claims {
  return claimed === '' ? {} : (JSON.parse(Buffer.from(claimed, 'base64url').toString()) as Claims);
}

interface Signed {
  seconds: string;
  source: string;
  itemIndex: number | undefined;
  claimed: string;
  body: Buffer;
}

const signedParts = ({ seconds, source, itemIndex = -1, claimed, body }: Signed): (string | Buffer)[] => [
  `${seconds}\n${source}\n${itemIndex}\n${claimed}\n`,
  body,
];
