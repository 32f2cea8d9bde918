import type { AssignedPartition } from './assigned-partition.ts';

/** A moment in which full partitions may empty. */
export interface Patience {
  /** Resolves for all who wait as soon as one of their partitions has room, at the latest when the moment is over. */
  until(partition: Pick<AssignedPartition, 'hasRoom'>): Promise<void>;
  /** Looks whether one has. */
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
