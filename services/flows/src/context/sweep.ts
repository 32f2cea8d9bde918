import type { Database } from '@switchboard/database';
import { CHANGES, NEXT_VERSION, NOW } from './schema.ts';

/** Of one transaction. As many keys fit into a notification. */
const BATCH = 200;

/** Removes the values of expired variables. Instances that sweep at the same time take different subjects. */
const SWEEP = `
  WITH expired AS (
    SELECT DISTINCT key FROM (
      SELECT key FROM context_variables WHERE value IS NOT NULL AND expires_at <= ${NOW} ORDER BY expires_at LIMIT ${BATCH}
    ) AS oldest
  ), locked AS (
    SELECT key FROM context_subjects JOIN expired USING (key) ORDER BY key FOR UPDATE OF context_subjects SKIP LOCKED
  ), subjects AS (
    UPDATE context_subjects AS known SET version = ${NEXT_VERSION}, updated_at = ${NOW}
    FROM locked WHERE locked.key = known.key RETURNING known.key, known.version
  ), removed AS (
    UPDATE context_variables AS variable SET value = NULL, expires_at = NULL, version = subjects.version
    FROM subjects WHERE subjects.key = variable.key AND value IS NOT NULL AND expires_at <= ${NOW} RETURNING 1
  )
  SELECT (SELECT count(*) FROM removed) AS removed,
    (SELECT pg_notify('${CHANGES}', string_agg(key, ','))::text FROM subjects HAVING count(*) > 0) AS notified`;

/** @returns how many it removed */
export async function sweep({ query }: Database): Promise<number> {
  for (let total = 0; ; ) {
    const [row] = await query<{ removed: number }>(SWEEP);
    if (row === undefined || row.removed === 0) return total;
    total += row.removed;
  }
}
