/** Time as the batcher sees it. Tests put a simulated one in its place. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Runs once after the delay, unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs once everything that is ready now has run. */
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
