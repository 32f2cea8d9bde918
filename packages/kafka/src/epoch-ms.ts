/** The latest time that a Date can represent. */
const LATEST = 8_640_000_000_000_000;

/** Parses the epoch milliseconds in a header; returns `fallback` if the header is missing or invalid. */
export function epochMs(text: string | undefined, fallback: number): number {
  const time = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return time <= LATEST ? time : fallback;
}
