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

export function createDuplicates(seenIds: Pick<SeenIds, 'get' | 'add'>, now: () => number = Date.now): Duplicates {
  /** Resolves to the content of the event that is in Kafka then. */
  const underWay = new Map<string, Promise<string>>();
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

  return {
    async once(id, content, publish) {
      const repeats = (earlier: string): Outcome => (earlier === content ? 'duplicate' : 'differs');
      const known = recent.get(id) ?? older.get(id);
      if (known !== undefined) return repeats(known);
      // Asked and noted in one turn, or twins slip past each other.
      const twin = underWay.get(id);
      if (twin !== undefined) return repeats(await twin);
      let isFirst = false;
      async function settle(): Promise<string> {
        const seen = await seenIds.get(id);
        if (seen !== undefined) return seen;
        await publish();
        isFirst = true;
        remember(id, content);
        seenIds.add(id, content);
        return content;
      }
      const settled = settle();
      underWay.set(id, settled);
      try {
        const held = await settled;
        return isFirst ? 'first' : repeats(held);
      } finally {
        underWay.delete(id);
      }
    },
  };
}
