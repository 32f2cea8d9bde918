import type { Database } from '@switchboard/database';
import type { Context } from './context.ts';
import { NOW } from './schema.ts';

const READ = `
  SELECT key, version, updated_at AS "updatedAt", (
    SELECT coalesce(json_object_agg(name, json_build_object('value', value, 'eventTime', event_time,
      'eventId', event_id, 'version', variable.version, 'expiresAt', expires_at) ORDER BY name), '{}')
    FROM context_variables AS variable
    WHERE variable.key = subject.key AND value IS NOT NULL AND (expires_at IS NULL OR expires_at > ${NOW})
  ) AS variables
  FROM context_subjects AS subject WHERE key = ANY ($1::text[])`;

/** @returns what is known for each key */
export async function readContexts(
  { query }: Database,
  keys: readonly string[],
): Promise<readonly (Context | undefined)[]> {
  const rows = await query<Context & { key: string }>(READ, [[...new Set(keys)]]);
  const known = new Map(rows.map(({ key, ...context }) => [key, context]));
  return keys.map((key) => known.get(key));
}
