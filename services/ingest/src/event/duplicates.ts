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
  const underWay = new Map<string, UnderWay>();
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

  async function settle(id: string, content: string, publish: () => Promise<void>, own: UnderWay): Promise<Outcome> {
    try {
      const seen = await seenIds.get(id);
      if (seen !== undefined) {
        own.held = seen;
        return repeated(seen, content);
      }
      await publish();
      remember(id, content);
      seenIds.add(id, content);
      return 'first';
    } finally {
      underWay.delete(id);
    }
  }

  async function afterTwin(twin: UnderWay, content: string): Promise<Outcome> {
    await twin.outcome;
    return repeated(twin.held, content);
  }

  return {
    once(id, content, publish) {
      const known = recent.get(id) ?? older.get(id);
      if (known !== undefined) return Promise.resolve(repeated(known, content));
      // Asked and noted in one turn, or twins slip past each other.
      const twin = underWay.get(id);
      if (twin !== undefined) return afterTwin(twin, content);
      const own: UnderWay = { held: content, outcome: undefined };
      underWay.set(id, own);
      own.outcome = settle(id, content, publish, own);
      return own.outcome;
    },
  };
}

interface UnderWay {
  /** The content of the event that is in Kafka when the outcome is known. */
  held: string;
  outcome: Promise<Outcome> | undefined;
}

const repeated = (earlier: string, content: string): Outcome => (earlier === content ? 'duplicate' : 'differs');
