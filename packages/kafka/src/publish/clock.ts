/** The batcher's source of time. Tests replace it with a simulated clock. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs once after the delay, unless the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs after all work that is ready now. */
  defer(run: () => void): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  defer: (run) => void setImmediate(run),
};
