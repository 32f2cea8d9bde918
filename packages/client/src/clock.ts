import { setTimeout as sleep } from 'node:timers/promises';

/** Time and chance, which tests replace. */
export interface Clock {
  /** In ms since 1970. */
  now(): number;
  /** In ms since some moment; unlike `now`, it never jumps. */
  elapsed(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  sleep: async (ms, signal) => sleep(ms, undefined, signal && { signal }),
  random: Math.random,
};
