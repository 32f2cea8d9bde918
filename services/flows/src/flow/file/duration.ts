const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `90s`, `30m`, `24h` or `7d`; undefined for anything else. */
export function readDuration(value: unknown): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,9})(s|m|h|d)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] as number);
}

export function durationText(ms: number): string {
  if (ms === 0) return '0s';
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
