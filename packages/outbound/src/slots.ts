/** At most `limit` at a time; the others wait in their order. */
export interface Slots {
  readonly taken: number;
  /** Resolves when a slot is free; rejects with the signal's reason when it is aborted first. */
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
      // The slot goes straight to the one that has waited longest, past anyone who asks just now.
      waiting.delete(next);
      next();
    },
  };
}
