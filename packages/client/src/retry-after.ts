/** Reads `Retry-After`, in seconds or as an HTTP date. Undefined when it is absent or malformed. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : httpDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** Date.parse alone accepts more than HTTP dates, such as `-5`. */
const httpDate = (text: string): number => (/^[A-Za-z]{3,9}, .*GMT$/.test(text) ? Date.parse(text) : Number.NaN);
