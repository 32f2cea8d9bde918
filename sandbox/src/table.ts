export interface Table<T> {
  get(id: string): T | undefined;
  /** Adds or replaces a record. Drops the oldest records beyond the limits. */
  set(id: string, record: T): void;
  delete(id: string): boolean;
  /** In the order in which they were last set. */
  all(): Iterable<T>;
  /** The records that the index `name` lists under `key`, in the same order. */
  find(name: string, key: string): T[];
  clear(): void;
}

export type Indexes<T> = Readonly<Record<string, (record: T) => readonly string[]>>;

const MOST_RECORDS = 10_000;
const MOST_CHARACTERS = 16 * 1_048_576;

/** Keeps the newest records of one kind and finds them by id or by an index. */
export function createTable<T>(indexes: Indexes<T> = {}, limit = MOST_RECORDS): Table<T> {
  const records = new Map<string, { record: T; size: number }>();
  const lookups = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Set<string>>()]));
  let total = 0;

  function eachKey(record: T, visit: (lookup: Map<string, Set<string>>, key: string) => void): void {
    for (const [name, keysOf] of Object.entries(indexes)) {
      const lookup = lookups.get(name);
      if (lookup !== undefined) for (const key of keysOf(record)) visit(lookup, key);
    }
  }

  function remove(id: string): boolean {
    const held = records.get(id);
    if (held === undefined) return false;
    eachKey(held.record, (lookup, key) => {
      const ids = lookup.get(key);
      ids?.delete(id);
      if (ids?.size === 0) lookup.delete(key);
    });
    total -= held.size;
    return records.delete(id);
  }

  return {
    get: (id) => records.get(id)?.record,
    set(id, record) {
      remove(id);
      const size = JSON.stringify(record).length;
      records.set(id, { record, size });
      total += size;
      eachKey(record, (lookup, key) => {
        const ids = lookup.get(key);
        if (ids === undefined) lookup.set(key, new Set([id]));
        else ids.add(id);
      });
      for (const oldest of records.keys()) {
        if (records.size === 1 || (records.size <= limit && total <= MOST_CHARACTERS)) break;
        remove(oldest);
      }
    },
    delete: remove,
    *all() {
      for (const { record } of records.values()) yield record;
    },
    find(name, key) {
      const ids = lookups.get(name)?.get(key) ?? [];
      return [...ids].flatMap((id) => records.get(id)?.record ?? []);
    },
    clear() {
      records.clear();
      for (const lookup of lookups.values()) lookup.clear();
      total = 0;
    },
  };
}
