import type { ConsumedRecord } from '../assignment/record.ts';

export interface FairShareContext {
  /** Whether the service is paused. It then moves nothing. */
  readonly isPaused: boolean;
  /** The tenants whose events were read last. */
  readonly tenants: readonly string[];
  weightOf(tenant: string): number;
}

type Place = Pick<ConsumedRecord, 'tenant'> & {
  readonly from: Pick<ConsumedRecord['from'], 'fullness' | 'longestWaitMs' | 'shareOf'>;
};

/** A tenant of weight 1 may hold this share of the unfinished records of a partition that needs room. */
const SHARE = 1 / 4;

/**
 * Whether the record should make room for other tenants: its partition is at least half full, its tenant has more than
 * its share of the unfinished records there, and there are tenants that have not. A backlog that all tenants have in
 * equal parts stays, since moving it would help nobody.
 */
export function isBeyondShare({ tenant, from }: Place, { isPaused, tenants, weightOf }: FairShareContext): boolean {
  if (from.fullness === 'roomy' || from.longestWaitMs !== undefined || isPaused) return false;
  const isBeyond = (one: string): boolean => from.shareOf(one) > SHARE * weightOf(one);
  return isBeyond(tenant) && tenants.some((one) => !isBeyond(one));
}
