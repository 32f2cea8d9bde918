export interface Rate {
  perSecond: number;
  /** How many may come at once after a silence. */
  burst: number;
}

export interface RateLimiter {
  /** Takes one; returns 0, or the seconds after which the next try has a chance. */
  take(key: string, rate: Rate): number;
  /** Takes what a granted try turned out to hold besides its first; the next tries wait for it. */
  charge(key: string, rate: Rate, count: number): void;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A bucket is ~150 bytes with its key: 15 MB at most. */
const MOST_KEYS = 100_000;

/**
 * Token buckets in this process: several instances each grant the rate. When there are too many keys, the one unused
 * for longest is forgotten, and starts full when it comes again.
 */
export function createRateLimiter(now: () => number = () => performance.now(), mostKeys = MOST_KEYS): RateLimiter {
  const buckets = new Map<string, Bucket>();

  /** The bucket as it is now. */
  function bucketOf(key: string, { perSecond, burst }: Rate): Bucket {
    const time = now();
    const bucket = buckets.get(key) ?? { tokens: burst, at: time };
    // A rate can change while its bucket lives.
    bucket.tokens = Math.min(burst, bucket.tokens + ((time - bucket.at) / 1000) * perSecond);
    bucket.at = time;
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > mostKeys) {
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }

  return {
    take(key, rate) {
      const bucket = bucketOf(key, rate);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
      }
      return Math.max(1, Math.ceil((1 - bucket.tokens) / rate.perSecond));
    },

    charge(key, rate, count) {
      bucketOf(key, rate).tokens -= count;
    },
  };
}
