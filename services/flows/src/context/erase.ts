import type { Database } from '@switchboard/database';
import { CHANGES, NEXT_VERSION, NOW } from './schema.ts';
import { LOCK } from './set-variables.ts';

export interface Erasure {
  /** The names of the variables that had a value. */
  readonly variables: readonly string[];
  /** Events until this time have no effect any more, in ms. */
  readonly erasedAt: number;
  /** How many conversations had variables from the user's events. */
  readonly conversations: number;
}

const FORGET = `
  INSERT INTO context_erasures AS known (key, erased_at) VALUES ($1, ${NOW})
  ON CONFLICT (key) DO UPDATE SET erased_at = greatest(known.erased_at, excluded.erased_at)
  RETURNING erased_at AS "erasedAt"`;
const DELETE = 'DELETE FROM context_variables WHERE key = $1 RETURNING name, value IS NULL AS "isRemoved"';

/** What the user's events have set for conversations. Each has a notification: their keys may not fit into one. */
const DELETE_OWNED = `
  WITH gone AS (DELETE FROM context_variables WHERE owner = $1 RETURNING key),
  subjects AS (
    UPDATE context_subjects AS known SET version = ${NEXT_VERSION}, updated_at = ${NOW}
    FROM (SELECT DISTINCT key FROM gone) AS one WHERE one.key = known.key RETURNING known.key
  )
  SELECT pg_notify('${CHANGES}', key)::text FROM subjects`;

/** Deletes the variables, and keeps the time of the erasure, without a name: older events must not bring them back. */
export async function erase({ transact }: Database, key: string): Promise<Erasure> {
  const [, [forgotten] = [], deleted = [], owned = []] = await transact([
    { sql: `SELECT pg_advisory_xact_lock(${LOCK})` },
    { sql: FORGET, values: [key] },
    { sql: DELETE, values: [key] },
    { sql: DELETE_OWNED, values: [key] },
    { sql: 'DELETE FROM context_subjects WHERE key = $1', values: [key] },
    { sql: `SELECT pg_notify('${CHANGES}', $1)`, values: [key] },
  ]);
  const variables = (deleted as { name: string; isRemoved: boolean }[]).filter(({ isRemoved }) => !isRemoved);
  return {
    variables: variables.map(({ name }) => name).toSorted(),
    erasedAt: (forgotten as { erasedAt: number }).erasedAt,
    conversations: owned.length,
  };
}
