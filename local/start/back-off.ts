const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** How long to wait after the n-th death in a row: 0.5 s, doubled each time, 10 s at most. */
export const backOffMs = (deaths: number): number => Math.min(FIRST_MS * 2 ** (deaths - 1), LONGEST_MS);
