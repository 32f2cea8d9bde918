import type { Database, Statement } from '@switchboard/database';
import type { Context } from './context.ts';
import { type ContextCache, contextAt, type ReadContext } from './context-cache.ts';
import { NOW } from './schema.ts';

/**
 * Composes the variables only of contexts that the caller does not have. A version alone could come back after an
 * erasure if the database's clock goes back; a row of the same version and the same transaction is the same row.
 */
const READ = `
  SELECT subject.*, ${NOW} AS now, CASE WHEN subject.tag IS DISTINCT FROM wanted.tag THEN (
    SELECT coalesce(json_object_agg(name, json_build_object('value', value, 'eventTime', event_time,
      'eventId', event_id, 'version', variable.version, 'expiresAt', expires_at) ORDER BY name), '{}')
    FROM context_variables AS variable
    WHERE variable.key = subject.key AND value IS NOT NULL AND (expires_at IS NULL OR expires_at > ${NOW})
  )::text END AS text
  FROM unnest($1::text[], $2::text[]) AS wanted (key, tag) CROSS JOIN LATERAL (
    SELECT key, version, updated_at AS "updatedAt", xmin::text || ' ' || version AS tag
    FROM context_subjects AS one WHERE one.key = wanted.key LIMIT 1
  ) AS subject`;

interface Row extends Omit<ReadContext, 'text'> {
  readonly key: string;
  readonly now: number;
  /** Null if the tag is the caller's. */
  readonly text: string | null;
}

/** Reads whole contexts, also within a transaction. */
export const readStatement = (keys: readonly string[], tags?: readonly (string | null)[]): Statement => ({
  sql: READ,
  values: [keys, tags ?? keys.map(() => null)],
});

/** Keeps what the statement has returned. Valid until the next change of a key. */
export function keepRows(cache: ContextCache, keys: readonly string[], rows: readonly unknown[]): void {
  const found = new Map((rows as readonly Row[]).map((row) => [row.key, row]));
  for (const key of keys) {
    const row = found.get(key);
    if (row === undefined) cache.set(key, null);
    else if (row.text !== null) {
      const { version, updatedAt, tag, text } = row;
      cache.set(key, { version, updatedAt, tag, text });
    }
  }
}

/**
 * Reads contexts of which the cache may have an older state.
 * @returns what is known for each key
 */
export async function readContexts(
  { query }: Pick<Database, 'query'>,
  cache: ContextCache,
  keys: readonly string[],
): Promise<readonly (Context | undefined)[]> {
  const unique = [...new Set(keys)];
  const known = unique.map((key) => cache.get(key) ?? undefined);
  const { sql, values } = readStatement(
    unique,
    known.map((context) => context?.tag ?? null),
  );
  const rows = await query<Row>(sql, values);
  const held = new Map(unique.map((key, index) => [key, known[index]]));
  const contexts = new Map(
    rows.map(({ key, now, text, ...row }) => {
      const context = text === null ? held.get(key) : { ...row, text };
      return [key, context && contextAt(context, now)];
    }),
  );
  keepRows(cache, unique, rows);
  return keys.map((key) => contexts.get(key));
}
