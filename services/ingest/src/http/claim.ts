import type { Share } from './share.ts';

/** A share, and the key under which a claim counts in it. */
export type Account = readonly [Share, string];

/** One request's part of the memory, from its headers to its answer. */
export interface Claim {
  /** Who sends, as rate limits count senders. */
  readonly address: string;
  readonly source: string;
  bytes: number;
  /** Where its bytes count. */
  accounts: readonly Account[];
  size: 'small' | 'large';
  /** The signature is right, so the request counts as its source's, no longer as a stranger's. */
  verified: boolean;
  /** What a waiting body holds; 0 while it does not wait. */
  waiting: number;
  /** How many bytes of the body have arrived. */
  received: number;
  /** `received` when the pace was last judged. */
  judged: number;
  /** How many seconds in a row the body has been too slow; -1 until it has had a whole second. */
  slowFor: number;
  /** Ends the reading of the body; undefined while none is read. */
  cut: (() => void) | undefined;
}

export const createClaim = (address: string, source: string): Claim => ({
  address,
  source,
  bytes: 0,
  accounts: [],
  size: 'small',
  verified: false,
  waiting: 0,
  received: 0,
  judged: 0,
  slowFor: -1,
  cut: undefined,
});
