/** A target that says "tomorrow" must not hold a key until then. */
const LONGEST_MS = 3_600_000;

/** What `Retry-After` asks for, in seconds or as an HTTP date; undefined when it asks for nothing that makes sense. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : httpDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS);
}

/** Date.parse alone takes far more for a date than HTTP does, `-5` for one. */
const httpDate = (text: string): number => (/^[A-Za-z]{3,9}, .*GMT$/.test(text) ? Date.parse(text) : Number.NaN);
