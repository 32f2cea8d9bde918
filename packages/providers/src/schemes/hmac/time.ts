export type TimeUnit = 's' | 'ms' | 'iso';

/** Of one length each, as far as they are digits: what comes after a time cannot become a part of it. */
const FORMS: Readonly<Record<TimeUnit, RegExp>> = {
  s: /^\d{10}$/,
  ms: /^\d{13}$/,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/,
};

/** In milliseconds since 1970; undefined for another form. */
export function readTime(text: string, unit: TimeUnit): number | undefined {
  if (!FORMS[unit].test(text)) return undefined;
  if (unit === 'ms') return Number(text);
  const time = unit === 's' ? Number(text) * 1000 : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

export function writeTime(milliseconds: number, unit: TimeUnit): string {
  if (unit === 'iso') return new Date(milliseconds).toISOString();
  return String(unit === 's' ? Math.floor(milliseconds / 1000) : milliseconds);
}
