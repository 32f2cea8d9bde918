import type { SeenIds } from './seen-ids.ts';

export interface Duplicates {
  /**
   * Publishes unless the event is in Kafka already; who comes while it is under way shares its outcome, failure
   * included. Only an acknowledged event counts as seen.
   */
  once(id: string, publish: () => Promise<void>): Promise<'first' | 'duplicate'>;
}

/** Two generations of so many ids of ~100 bytes: 4 MB at most. They bridge the way of an id to Redis and back. */
const GENERATION = 20_000;
const GENERATION_MS = 60_000;

export function createDuplicates(seenIds: Pick<SeenIds, 'has' | 'add'>, now: () => number = Date.now): Duplicates {
  const underWay = new Map<string, Promise<void>>();
  let recent = new Set<string>();
  let older = new Set<string>();
  let since = now();

  function remember(id: string): void {
    if (recent.size >= GENERATION || now() - since > GENERATION_MS) {
      older = recent;
      recent = new Set();
      since = now();
    }
    recent.add(id);
  }

  /** Undefined: unknown so far. Asked and acted upon in one turn, or twins slip past each other. */
  function twin(id: string): Promise<void> | undefined {
    return underWay.get(id) ?? (recent.has(id) || older.has(id) ? Promise.resolve() : undefined);
  }

  return {
    async once(id, publish) {
      let earlier = twin(id);
      if (earlier === undefined) {
        if (await seenIds.has(id)) return 'duplicate';
        earlier = twin(id);
      }
      if (earlier !== undefined) {
        await earlier;
        return 'duplicate';
      }
      const publishing = publish();
      underWay.set(id, publishing);
      try {
        await publishing;
      } finally {
        underWay.delete(id);
      }
      remember(id);
      seenIds.add(id);
      return 'first';
    },
  };
}
