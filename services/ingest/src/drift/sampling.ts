/** Says which events are looked at. @returns how many events this one stands for; 0 for one that is skipped */
export type Sampling = (bytes: number, now: number) => number;

/** Parsing 25 events of a few fields takes less than a millisecond. */
const PER_SECOND = 25;
const BURST = 100;
/** Parsing this many bytes costs as much as one event of a few fields. */
const BYTES = 4_096;

/**
 * Looks at every event of a quiet sender and at some of a busy one, so that the cost has a bound however much comes.
 * The events that were skipped are counted with the next one that is not.
 */
export function createSampling(): Sampling {
  let allowance = BURST;
  let at = 0;
  let skipped = 0;
  return (bytes, now) => {
    allowance = Math.min(BURST, allowance + (Math.max(now - at, 0) / 1_000) * PER_SECOND);
    at = now;
    if (allowance <= 0) {
      skipped += 1;
      return 0;
    }
    allowance -= 1 + bytes / BYTES;
    const weight = skipped + 1;
    skipped = 0;
    return weight;
  };
}
