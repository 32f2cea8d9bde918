import type { AssignedPartition } from './assigned-partition.ts';

/** A short wait for full partitions to empty. */
export interface Patience {
  /** Resolves for all waiting partitions as soon as one of them has room, or when the wait is over. */
  until(partition: Pick<AssignedPartition, 'hasRoom'>): Promise<void>;
  /** Checks whether a waiting partition has room. */
  look(): void;
}

const PATIENCE_MS = 50;

export function createPatience(): Patience {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  const full: Pick<AssignedPartition, 'hasRoom'>[] = [];
  return {
    until(partition) {
      full.push(partition);
      return promise;
    },
    look() {
      if (!full.some(({ hasRoom }) => hasRoom)) return;
      clearTimeout(timer);
      resolve();
    },
  };
}
