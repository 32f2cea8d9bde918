/** A semaphore: at most `limit` callers at a time. Others wait in order of arrival. */
export interface Slots {
  readonly taken: number;
  /** Resolves with a permit. Rejects with the signal's reason when the signal aborts first. */
  take(signal?: AbortSignal): Promise<void>;
  give(): void;
}

export function createSlots(limit: number): Slots {
  const waiting = new Set<() => void>();
  let taken = 0;

  return {
    get taken() {
      return taken;
    },
    take(signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (taken < limit) {
        taken += 1;
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const start = (): void => {
          signal?.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          waiting.delete(start);
          reject(signal?.reason);
        };
        waiting.add(start);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
    give() {
      const [next] = waiting;
      if (next === undefined) {
        taken -= 1;
        return;
      }
      // The permit goes to the caller that has waited longest, before any new caller.
      waiting.delete(next);
      next();
    },
  };
}
