import { backoff } from '@switchboard/async';

const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/** How long to wait after the n-th death in a row; not random, since the user reads it. */
export const backOffMs = (deaths: number): number => backoff(FIRST_MS, deaths, LONGEST_MS, () => 1);
