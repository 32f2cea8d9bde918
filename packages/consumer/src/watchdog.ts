/** The progress that the watchdog checks. */
export interface Progress {
  /** Records that are due and not settled. */
  due(): number;
  /** Rises with each handler run that ends and each record that is settled. */
  steps(): number;
  /** Whether the consumer is idle on purpose. */
  resting(): boolean;
  /** When the fetch loop last did anything, on the clock of `performance.now()`. */
  lastActivityAt(): number;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Calls `stuck` once nothing has finished for `limitMs` although records are due, or the fetch loop has done nothing
 * for `limitMs`. It counts its own checks instead of time, since a suspended process is not stuck.
 */
export function createWatchdog(progress: Progress, limitMs: number, stuck: (reason: string) => void): { stop(): void } {
  const looks = Math.ceil(limitMs / LOOK_EVERY_MS);
  let withoutProgress = 0;
  let withoutActivity = 0;
  let before = progress.steps();
  let activityAt = progress.lastActivityAt();

  const timer = setInterval(() => {
    const idle = progress.due() === 0 || progress.resting() || progress.steps() !== before;
    withoutProgress = idle ? 0 : withoutProgress + 1;
    before = progress.steps();
    withoutActivity = progress.lastActivityAt() === activityAt ? withoutActivity + 1 : 0;
    activityAt = progress.lastActivityAt();
    if (withoutProgress >= looks) stuck(`${progress.due()} records are due and none has finished for ${limitMs} ms`);
    else if (withoutActivity >= looks) stuck(`the fetch loop has done nothing for ${limitMs} ms`);
    else return;
    clearInterval(timer);
  }, LOOK_EVERY_MS);

  return { stop: () => clearInterval(timer) };
}
