/** The middle value; with an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** The smallest of the sorted values that is not below this fraction of them. */
export function percentile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? Number.NaN;
}

/** The growth from one value to the next: the slope of the least-squares line. NaN for fewer than two values. */
export function slope(values: readonly number[]): number {
  const meanIndex = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let rise = 0;
  let run = 0;
  for (const [index, value] of values.entries()) {
    rise += (index - meanIndex) * (value - mean);
    run += (index - meanIndex) ** 2;
  }
  return rise / run;
}

/** The growth in the second half of the values; undefined if it has too few values for a line. */
export function growthOfSecondHalf(values: readonly number[]): { slope: number; count: number } | undefined {
  const half = values.slice(Math.floor(values.length / 2));
  return half.length < 2 ? undefined : { slope: slope(half), count: half.length };
}
