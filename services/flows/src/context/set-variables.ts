import type { Database } from '@switchboard/database';
import { type ChangeRow, MOST_VARIABLES } from './change-row.ts';
import { readStatement } from './read-contexts.ts';
import { CHANGES, NEXT_VERSION, NOW } from './schema.ts';

/** An erasure waits for the changes under way, and later ones see it: a statement alone would see the past. */
export const LOCK = "hashtext('context erasures')";

/** An event from further ahead counts as from then: a wrong clock must not keep a variable for ever. */
const MOST_AHEAD_MS = 86_400_000;

/** The last two decide between events of the same time, so that every order has the same outcome. */
const order = (alias: string): string =>
  `(${alias}.event_time, ${alias}.event_id COLLATE "C", coalesce(${alias}.value::text, '') COLLATE "C")`;

/**
 * Changes what is newer than the known, and gives each changed subject its next version. The subjects' rows are locked
 * first and in order, so that concurrent statements wait for each other, and none deadlocks. Looks each row up by its
 * primary key, whatever the statistics say: joins would read the whole table while they are out of date.
 */
const SET = `
  WITH given AS (
    SELECT DISTINCT ON (key, name) key, tenant, scope, id, name, value, event_id, owner,
      least(event_time, ${NOW} + ${MOST_AHEAD_MS}) AS event_time,
      least(event_time, ${NOW} + ${MOST_AHEAD_MS}) + ttl AS expires_at
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[], $8::text[],
      $9::bigint[], $10::text[]) AS change (key, tenant, scope, id, name, value, event_time, event_id, ttl, owner)
    ORDER BY key, name, ${order('change')} DESC
  ), newer AS (
    SELECT given.*, row_number() OVER (PARTITION BY given.key, known.name IS NULL ORDER BY given.name) AS place,
      known.name IS NULL AS is_new
    FROM given LEFT JOIN LATERAL (
      SELECT * FROM context_variables AS one WHERE one.key = given.key AND one.name = given.name LIMIT 1
    ) AS known ON true
    WHERE given.event_time > coalesce((SELECT erased_at FROM context_erasures AS one WHERE one.key = given.key), -1)
      AND given.event_time > coalesce((SELECT erased_at FROM context_erasures AS one WHERE one.key = given.owner), -1)
      AND (known.name IS NULL OR ${order('given')} > ${order('known')})
  ), allowed AS (
    SELECT * FROM newer WHERE NOT is_new
      OR place + (SELECT count(*) FROM context_variables other WHERE other.key = newer.key) <= ${MOST_VARIABLES}
  ), subjects AS (
    INSERT INTO context_subjects AS known (key, tenant, scope, id, version, updated_at)
    SELECT key, tenant, scope, id, ${NOW}, ${NOW} FROM (SELECT DISTINCT key, tenant, scope, id FROM allowed) AS one
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET version = ${NEXT_VERSION}, updated_at = ${NOW}
    RETURNING key, version
  ), changed AS (
    INSERT INTO context_variables AS known (key, name, value, event_time, event_id, expires_at, version, owner)
    SELECT key, name, value, event_time, event_id, expires_at, version, owner FROM allowed JOIN subjects USING (key)
    ORDER BY key, name
    ON CONFLICT (key, name) DO UPDATE SET value = excluded.value, event_time = excluded.event_time,
      event_id = excluded.event_id, expires_at = excluded.expires_at, version = excluded.version,
      owner = excluded.owner
    WHERE ${order('excluded')} > ${order('known')}
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM changed) AS changed,
    (SELECT coalesce(json_agg(key || ' ' || name), '[]') FROM newer WHERE NOT EXISTS (
      SELECT FROM allowed WHERE allowed.key = newer.key AND allowed.name = newer.name)) AS full,
    (SELECT pg_notify('${CHANGES}', string_agg(key, ','))::text FROM subjects HAVING count(*) > 0) AS notified`;

export interface SetOutcome {
  readonly changed: number;
  /** The key and the name of variables for which their subject has no room. */
  readonly full: ReadonlySet<string>;
  readonly keys: readonly string[];
  /** The rows of `readStatement` for the keys after the changes, if they are wanted. */
  readonly contexts: readonly unknown[];
}

export async function setVariables(
  database: Database,
  rows: readonly ChangeRow[],
  returnsContexts = false,
): Promise<SetOutcome> {
  const keys = [...new Set(rows.map(({ key }) => key))];
  const [, [outcome] = [], contexts = []] = await database.transact([
    { sql: `SELECT pg_advisory_xact_lock_shared(${LOCK})` },
    {
      sql: SET,
      values: [
        rows.map(({ key }) => key),
        rows.map(({ change }) => change.tenant),
        rows.map(({ change }) => change.scope),
        rows.map(({ change }) => change.id),
        rows.map(({ change }) => change.name),
        rows.map(({ json }) => json),
        rows.map(({ change }) => change.eventTime),
        rows.map(({ change }) => change.eventId),
        rows.map(({ change }) => change.ttlMs ?? null),
        rows.map(({ owner }) => owner),
      ],
    },
    ...(returnsContexts ? [readStatement(keys)] : []),
  ]);
  const { changed, full } = outcome as { changed: number; full: readonly string[] };
  return { changed, full: new Set(full), keys, contexts };
}
