import type { Database } from '@switchboard/database';
import { CHANGES, NOW } from './schema.ts';
import { LOCK } from './set-variables.ts';

export interface Erasure {
  /** The names of the variables that had a value. */
  readonly variables: readonly string[];
  /** Events until this time have no effect any more, in ms. */
  readonly erasedAt: number;
}

const FORGET = `
  INSERT INTO context_erasures AS known (key, erased_at) VALUES ($1, ${NOW})
  ON CONFLICT (key) DO UPDATE SET erased_at = greatest(known.erased_at, excluded.erased_at)
  RETURNING erased_at AS "erasedAt"`;
const DELETE = 'DELETE FROM context_variables WHERE key = $1 RETURNING name, value IS NULL AS "isRemoved"';

/** Deletes the variables, and keeps the time of the erasure, without a name: older events must not bring them back. */
export async function erase({ transact }: Database, key: string): Promise<Erasure> {
  const [, [forgotten] = [], deleted = []] = await transact([
    { sql: `SELECT pg_advisory_xact_lock(${LOCK})` },
    { sql: FORGET, values: [key] },
    { sql: DELETE, values: [key] },
    { sql: 'DELETE FROM context_subjects WHERE key = $1', values: [key] },
    { sql: `SELECT pg_notify('${CHANGES}', $1)`, values: [key] },
  ]);
  const variables = (deleted as { name: string; isRemoved: boolean }[]).filter(({ isRemoved }) => !isRemoved);
  return {
    variables: variables.map(({ name }) => name).toSorted(),
    erasedAt: (forgotten as { erasedAt: number }).erasedAt,
  };
}
