import { percentile } from '../../statistics.ts';

export interface Schedule {
  /** Requests per second, evenly spaced. */
  rate: number;
  /** The warm-up, which is not measured. */
  warmUpSeconds: number;
  seconds: number;
}

/** Milliseconds. */
export interface Latencies {
  p50: number;
  p99: number;
  most: number;
  /** How late the sends themselves were, which is part of the latencies. */
  lateP99: number;
}

/**
 * Calls `send` on a fixed schedule, whether or not earlier calls are done, and measures each from its due time: a
 * stalled server is charged for every request that was due meanwhile.
 */
export function sendOnSchedule(
  { rate, warmUpSeconds, seconds }: Schedule,
  send: () => Promise<void>,
): Promise<Latencies> {
  const interval = 1_000 / rate;
  const warmUp = Math.round(warmUpSeconds * rate);
  const total = warmUp + Math.round(seconds * rate);
  const latencies = new Float64Array(total - warmUp);
  const lateness = new Float64Array(total - warmUp);
  const startedAt = performance.now() + interval;
  let started = 0;
  let done = 0;

  return new Promise((resolve, reject) => {
    function start(index: number, dueAt: number): void {
      if (index >= warmUp) lateness[index - warmUp] = performance.now() - dueAt;
      send().then(() => {
        if (index >= warmUp) latencies[index - warmUp] = performance.now() - dueAt;
        done += 1;
        if (done === total) resolve(summaryOf(latencies, lateness));
      }, reject);
    }
    function tick(): void {
      const now = performance.now();
      while (started < total && startedAt + started * interval <= now) {
        start(started, startedAt + started * interval);
        started += 1;
      }
      // A millisecond is the finest resolution of a timer.
      if (started < total) setTimeout(tick, 1);
    }
    tick();
  });
}

function summaryOf(latencies: Float64Array, lateness: Float64Array): Latencies {
  latencies.sort();
  lateness.sort();
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    most: percentile(latencies, 1),
    lateP99: percentile(lateness, 0.99),
  };
}
