import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  body: Buffer;
}

export interface Freshness {
  /** Refuses requests that are signed without a time. */
  requireTimestamp: boolean;
  /** In epoch milliseconds. */
  now: number;
}

/** `stale` is a right signature whose time is missing, although it is required, or too far from now. */
export type Verdict = 'valid' | 'invalid' | 'stale';

/** Whether any of the live secrets signed the request, and when. Compares in constant time and never throws. */
export type Verifier = (request: SignedRequest, secrets: readonly KeyObject[], freshness: Freshness) => Verdict;
