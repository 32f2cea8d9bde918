import type { TrackedOffset } from './assignment/offset-tracker.ts';

/** A figure of a tenant. */
export interface TenantFigure {
  readonly tenant: string;
  readonly value: number;
}

/** Counts the failed attempts of tenants in the last minutes. */
export interface FailureWatch {
  failed(tenant: string): void;
  /** The tenants with the most failures in the last five minutes. */
  worst(): TenantFigure[];
}

/** Series in a scrape: enough for those who need attention, however many tenants there are. */
const MOST_SERIES = 20;
const MINUTES = 5;
/** Tenants that are counted in a minute. Others are not, which a minute later may be different. */
const MOST_TENANTS = 10_000;
const MINUTE_MS = 60_000;

export function createFailureWatch(now: () => number = Date.now): FailureWatch {
  const minutes: { readonly minute: number; readonly counts: Map<string, number> }[] = [];

  function forget(minute: number): void {
    while (minutes[0] !== undefined && minutes[0].minute <= minute - MINUTES) minutes.shift();
  }

  return {
    failed(tenant) {
      if (tenant === '') return;
      const minute = Math.floor(now() / MINUTE_MS);
      if (minutes.at(-1)?.minute !== minute) {
        forget(minute);
        minutes.push({ minute, counts: new Map() });
      }
      const { counts } = minutes.at(-1) as (typeof minutes)[number];
      const count = counts.get(tenant);
      if (count !== undefined || counts.size < MOST_TENANTS) counts.set(tenant, (count ?? 0) + 1);
    },
    worst() {
      forget(Math.floor(now() / MINUTE_MS));
      const sums = new Map<string, number>();
      for (const { counts } of minutes) {
        for (const [tenant, count] of counts) sums.set(tenant, (sums.get(tenant) ?? 0) + count);
      }
      return worstOf(sums);
    },
  };
}

type Unfinished = Pick<TrackedOffset, 'tenant' | 'since'>;

/** The tenants whose oldest unfinished record in memory has waited longest, in seconds. */
export function slowestTenants(records: readonly Unfinished[], now = Date.now()): TenantFigure[] {
  const seconds = new Map<string, number>();
  for (const { tenant, since } of records) {
    const waited = (now - since) / 1_000;
    if (tenant !== '' && waited > (seconds.get(tenant) ?? 0)) seconds.set(tenant, waited);
  }
  return worstOf(seconds);
}

/** The largest values. */
export function worstOf(values: ReadonlyMap<string, number>): TenantFigure[] {
  return [...values]
    .map(([tenant, value]) => ({ tenant, value }))
    .sort((one, other) => other.value - one.value)
    .slice(0, MOST_SERIES);
}
