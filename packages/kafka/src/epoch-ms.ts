/** The latest time that a Date can hold. */
const LATEST = 8_640_000_000_000_000;

/** The time in a header, in epoch ms; `fallback` where the header is missing or holds no time. */
export function epochMs(text: string | undefined, fallback: number): number {
  const time = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN;
  return time <= LATEST ? time : fallback;
}
