/** Bounds the memory that requests take together, from their first byte to their answer. */
export interface ByteBudget {
  readonly used: number;
  /** A claim for a request whose body has not come yet; undefined when there is no room. */
  claim(): Claim | undefined;
  /** Makes sure that the claim covers so many bytes; false when there is no room. */
  cover(claim: Claim, bytes: number): boolean;
  release(claim: Claim): void;
}

export interface Claim {
  bytes: number;
}

/** What a request costs besides its body: headers, the parsed event, bookkeeping. */
const OVERHEAD = 4_096;

export function createByteBudget(limit: number): ByteBudget {
  let used = 0;

  function cover(claim: Claim, bytes: number): boolean {
    const more = bytes + OVERHEAD - claim.bytes;
    if (more <= 0) return true;
    if (used + more > limit) return false;
    used += more;
    claim.bytes += more;
    return true;
  }

  return {
    get used() {
      return used;
    },
    claim() {
      const claim = { bytes: 0 };
      return cover(claim, 0) ? claim : undefined;
    },
    cover,
    release(claim) {
      used -= claim.bytes;
      claim.bytes = 0;
    },
  };
}
