import type { SeenIds } from './seen-ids.ts';

/** `differs`: the id is taken by an event with another content. */
export type Outcome = 'first' | 'duplicate' | 'differs';

export interface Duplicates {
  /**
   * Publishes unless the event is in Kafka already; who comes while it is under way shares its outcome, failure
   * included. Only an acknowledged event counts as seen.
   */
  once(id: string, content: string, publish: () => Promise<void>): Promise<Outcome>;
}

/** Two generations of so many ids of ~120 bytes: 5 MB at most. They bridge the way of an id to Redis and back. */
const GENERATION = 20_000;
const GENERATION_MS = 60_000;

interface Twin {
  content: string;
  acknowledged: Promise<void>;
}

export function createDuplicates(seenIds: Pick<SeenIds, 'get' | 'add'>, now: () => number = Date.now): Duplicates {
  const underWay = new Map<string, Twin>();
  let recent = new Map<string, string>();
  let older = new Map<string, string>();
  let since = now();

  function remember(id: string, content: string): void {
    if (recent.size >= GENERATION || now() - since > GENERATION_MS) {
      older = recent;
      recent = new Map();
      since = now();
    }
    recent.set(id, content);
  }

  /** Undefined: unknown so far. Asked and acted upon in one turn, or twins slip past each other. */
  function twinOf(id: string): Twin | undefined {
    const content = recent.get(id) ?? older.get(id);
    return underWay.get(id) ?? (content === undefined ? undefined : { content, acknowledged: Promise.resolve() });
  }

  return {
    async once(id, content, publish) {
      const repeats = (earlier: string): Outcome => (earlier === content ? 'duplicate' : 'differs');
      let twin = twinOf(id);
      if (twin === undefined) {
        const seen = await seenIds.get(id);
        if (seen !== undefined) return repeats(seen);
        twin = twinOf(id);
      }
      if (twin !== undefined) {
        await twin.acknowledged;
        return repeats(twin.content);
      }
      const acknowledged = publish();
      underWay.set(id, { content, acknowledged });
      try {
        await acknowledged;
      } finally {
        underWay.delete(id);
      }
      remember(id, content);
      seenIds.add(id, content);
      return 'first';
    },
  };
}
