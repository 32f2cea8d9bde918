import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { freshness, fromHex, headerOf, isSignedBy, type Verdict } from '@switchboard/providers';

/**
 * An operator sends a body from quarantine again. Most vendors' signatures cannot be made again, so it is signed with
 * `RESUBMIT_SECRET`: `<seconds>.<hex HMAC-SHA256>` of the seconds, the source, the item's place and the body.
 */
const SIGNATURE = 'x-switchboard-resubmit';
/** The place of an item in the body that it was sent in. */
const ITEM = 'x-switchboard-item';

interface Resubmission {
  source: string;
  body: Buffer;
  itemIndex: number | undefined;
}

export function signResubmission(resubmission: Resubmission, secret: string, now: number): Record<string, string> {
  const seconds = String(Math.floor(now / 1_000));
  const hmac = createHmac('sha256', secret);
  for (const part of signedParts(resubmission, seconds)) hmac.update(part);
  const { itemIndex } = resubmission;
  return {
    [SIGNATURE]: `${seconds}.${hmac.digest('hex')}`,
    ...(itemIndex === undefined ? {} : { [ITEM]: String(itemIndex) }),
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
      const parts = signedParts({ source, body, itemIndex: itemIndex(headers) }, seconds);
      if (!isSignedBy(keys, 'sha256', parts, signature)) return { kind: 'invalid', fault: 'mismatch' };
      return freshness(Number(seconds) * 1_000, now);
    },
  };
}

const signedParts = ({ source, body, itemIndex = -1 }: Resubmission, seconds: string): (string | Buffer)[] => [
  `${seconds}\n${source}\n${itemIndex}\n`,
  body,
];
