/**
 * The pause before the next try, in ms: doubles from `firstMs` with each try, up to `longestMs`, and half of it is random.
 * @param tries how many have failed so far, from 1 on
 */
export const backoff = (firstMs: number, tries: number, longestMs = 30_000, random = Math.random): number =>
  Math.min(firstMs * 2 ** (tries - 1), longestMs) * (0.5 + random() / 2);
