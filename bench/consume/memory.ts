import type { Comparison } from '../comparison.ts';
import { growthOfSecondHalf } from '../statistics.ts';

/** @param rss resident memory in MiB, once a second and at the end; a short backlog is too short to show growth. */
export function memoryComparisons(what: string, rss: readonly number[]): Comparison[] {
  const most: Comparison = { what, ours: [Math.max(...rss)], unit: 'MiB at most', atMost: 300 };
  const growth = growthOfSecondHalf(rss);
  if (growth === undefined) return [most];
  return [most, { what: `${what}, second half`, ours: [growth.slope * 60], unit: 'MiB a minute' }];
}
