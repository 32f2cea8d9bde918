/** The tenants whose events were read last: enough of them to say whether a large backlog has others behind it. */
export interface RecentTenants {
  seen(tenant: string): void;
  /** Those of the last ten minutes, at most eight. */
  list(): readonly string[];
  /** Whether there is more than one. */
  readonly areSeveral: boolean;
}

const MOST_TENANTS = 8;
const RECENT_MS = 10 * 60_000;

export function createRecentTenants(now: () => number = () => performance.now()): RecentTenants {
  /** When each was seen last; the latest at the end. */
  const seenAt = new Map<string, number>();
  let last: string | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;

  return {
    seen(tenant) {
      // Most events follow one of the same tenant: these cost no more than this comparison.
      if (tenant === last && now() - lastAt < 1_000) return;
      last = tenant;
      lastAt = now();
      seenAt.delete(tenant);
      seenAt.set(tenant, lastAt);
      if (seenAt.size <= MOST_TENANTS) return;
      const [oldest = ''] = seenAt.keys();
      seenAt.delete(oldest);
    },
    list() {
      const since = now() - RECENT_MS;
      return [...seenAt].filter(([, at]) => at >= since).map(([tenant]) => tenant);
    },
    get areSeveral() {
      return seenAt.size > 1;
    },
  };
}
