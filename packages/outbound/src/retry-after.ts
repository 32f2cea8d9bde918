/** Upper bound: a target that answers "tomorrow" must not hold a key until then. */
const LONGEST_MS = 3_600_000;

/** Reads `Retry-After`, in seconds or as an HTTP date. Undefined when it is malformed. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : httpDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS);
}

/** Date.parse alone accepts more than HTTP dates, such as `-5`. */
const httpDate = (text: string): number => (/^[A-Za-z]{3,9}, .*GMT$/.test(text) ? Date.parse(text) : Number.NaN);
