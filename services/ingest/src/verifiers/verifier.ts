import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  headers: IncomingHttpHeaders;
  /** The bytes as they came. */
  body: Buffer;
}

/** Whether any of the live secrets signed the request. Compares in constant time and never throws. */
export type Verifier = (request: SignedRequest, secrets: readonly KeyObject[]) => boolean;
