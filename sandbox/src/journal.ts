import type { Effect, EffectKind, SystemName } from './effect.ts';

export interface Selection {
  system?: SystemName;
  /** Only effects after the one with this id. */
  after?: number;
  limit?: number;
  kind?: EffectKind;
}

export interface Journal {
  /** @returns the effect with its id */
  add(effect: Omit<Effect, 'id'>): Effect;
  /** Oldest first. */
  list(selection?: Selection): Effect[];
  /** The same list as JSON. */
  json(selection?: Selection): string;
  clear(): void;
}

/** Entries are kept as JSON, which needs less memory than objects and is sent as it is. */
interface Entry {
  readonly id: number;
  readonly system: SystemName;
  readonly kind: EffectKind;
  readonly json: string;
}

/** Keeps the newest effects, up to `limit` effects and `maxCharacters` in total. */
export function createJournal({ limit, maxCharacters }: { limit: number; maxCharacters: number }): Journal {
  let entries: (Entry | undefined)[] = [];
  let first = 0;
  let total = 0;
  let lastId = 0;

  function forget(): void {
    total -= entries[first]?.json.length ?? 0;
    entries[first] = undefined;
    first += 1;
    // Compacts rarely, since each time copies the list.
    if (first < 1_000 || first < entries.length / 2) return;
    entries = entries.slice(first);
    first = 0;
  }

  function select({ system, kind, after = 0, limit: most = Number.POSITIVE_INFINITY }: Selection = {}): string[] {
    const found: string[] = [];
    for (let index = first; index < entries.length && found.length < most; index += 1) {
      const entry = entries[index];
      if (entry === undefined || entry.id <= after) continue;
      if (kind !== undefined && entry.kind !== kind) continue;
      if (system === undefined || entry.system === system) found.push(entry.json);
    }
    return found;
  }

  return {
    add(effect) {
      lastId += 1;
      const added: Effect = { id: lastId, ...effect };
      const json = JSON.stringify(added);
      entries.push({ id: lastId, system: effect.system, kind: effect.kind, json });
      total += json.length;
      while (entries.length - first > limit || (total > maxCharacters && entries.length - first > 1)) forget();
      return added;
    },
    list: (selection) => select(selection).map((json) => JSON.parse(json) as Effect),
    json: (selection) => `[${select(selection).join(',')}]`,
    clear() {
      entries = [];
      first = 0;
      total = 0;
    },
  };
}
