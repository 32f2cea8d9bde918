import { UsageError } from '@switchboard/service/command-line';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A point in time: how long ago (`90s`, `15m`, `2h`, `7d`), or ISO 8601. */
export function readTime(option: string, text: string, now = Date.now()): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * UNITS[unit as keyof typeof UNITS];
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UsageError(`--${option} is a time ago such as 15m, 2h or 7d, or a time such as 2026-01-15T10:00:00Z.`);
  }
  return time;
}

/** As JSON documents give it; null for a number that is no time. */
export function isoTime(time: number): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** `2026-01-15 10:00:00Z` */
export function asTime(time: number): string {
  const iso = time > 0 ? isoTime(time) : null;
  return iso === null ? '—' : `${iso.slice(0, -5).replace('T', ' ')}Z`;
}

/** `4.2 s`, `3 min`, `2.5 h`, `3 d` */
export function asDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${(seconds / 3_600).toFixed(1)} h`;
  return `${Math.round(seconds / 86_400).toLocaleString('en')} d`;
}
