import type { Context, Variable } from './context.ts';

/** A context as it was read, with the text of its variables: small, and never shared with a caller. */
export interface ReadContext {
  readonly version: number;
  readonly updatedAt: number;
  /** Names this state of the context for good: no later one has the same tag. */
  readonly tag: string;
  readonly text: string;
}

export interface ContextCache {
  /** Null if nothing is known of the key, undefined if the cache cannot say. */
  get(key: string): ReadContext | null | undefined;
  set(key: string, context: ReadContext | null): void;
  drop(key: string): void;
  clear(): void;
}

const MOST_BYTES = 32 * 1024 * 1024;
/** Of an entry beside its text. */
const OVERHEAD = 256;

const sizeOf = (context: ReadContext | null): number => OVERHEAD + 2 * (context?.text.length ?? 0);

/** Keeps what was used last. */
export function createContextCache(mostBytes = MOST_BYTES): ContextCache {
  const entries = new Map<string, ReadContext | null>();
  let bytes = 0;

  function drop(key: string): void {
    const known = entries.get(key);
    if (known === undefined) return;
    entries.delete(key);
    bytes -= sizeOf(known);
  }

  return {
    get(key) {
      const known = entries.get(key);
      if (known === undefined) return undefined;
      entries.delete(key);
      entries.set(key, known);
      return known;
    },
    set(key, context) {
      drop(key);
      entries.set(key, context);
      bytes += sizeOf(context);
      for (const [oldest] of entries) {
        if (bytes <= mostBytes) return;
        drop(oldest);
      }
    },
    drop,
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}

/** The context at a time: variables that have expired since it was read are gone. */
export function contextAt({ version, updatedAt, text }: ReadContext, now: number): Context {
  const variables = JSON.parse(text) as Record<string, Variable>;
  for (const [name, { expiresAt }] of Object.entries(variables)) {
    if (expiresAt !== null && expiresAt <= now) delete variables[name];
  }
  return { version, updatedAt, variables };
}
