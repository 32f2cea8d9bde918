import type { Effect, SystemName } from './effect.ts';

export interface Journal {
  add(effect: Omit<Effect, 'id'>, bytes: number): void;
  /** Oldest first. */
  list(selection?: { system?: SystemName; after?: number; limit?: number }): Effect[];
  clear(): void;
}

/** What an effect takes beside its body. */
const OVERHEAD_BYTES = 1_000;

/** Keeps the newest effects. */
export function createJournal({ limit, maxBytes }: { limit: number; maxBytes: number }): Journal {
  let effects: (Effect & { bytes?: never })[] = [];
  let sizes: number[] = [];
  let first = 0;
  let total = 0;
  let lastId = 0;

  function compact(): void {
    if (first < 1_000 || first < effects.length / 2) return;
    effects = effects.slice(first);
    sizes = sizes.slice(first);
    first = 0;
  }

  return {
    add(effect, bytes) {
      lastId += 1;
      effects.push({ id: lastId, ...effect });
      sizes.push(bytes + OVERHEAD_BYTES);
      total += bytes + OVERHEAD_BYTES;
      while (effects.length - first > limit || (total > maxBytes && effects.length - first > 1)) {
        total -= sizes[first] ?? 0;
        effects[first] = undefined as never;
        first += 1;
      }
      compact();
    },
    list({ system, after = 0, limit: most = Number.POSITIVE_INFINITY } = {}) {
      const found: Effect[] = [];
      for (let index = first; index < effects.length && found.length < most; index += 1) {
        const effect = effects[index];
        if (effect === undefined || effect.id <= after) continue;
        if (system === undefined || effect.system === system) found.push(effect);
      }
      return found;
    },
    clear() {
      effects = [];
      sizes = [];
      first = 0;
      total = 0;
    },
  };
}
