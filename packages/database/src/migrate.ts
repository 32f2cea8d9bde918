import type { Database } from './database.ts';
import { StatementError } from './errors.ts';

const PREPARE = `
  SELECT pg_advisory_xact_lock(hashtext('switchboard migrations'));
  CREATE TABLE IF NOT EXISTS schema_migrations (
    schema text, number integer, applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_migration PRIMARY KEY (schema, number)
  );
`;

/**
 * Applies each missing migration in a transaction of its own, in order. An instance that starts at the same time waits,
 * and finds the migration applied: its own fails at the primary key.
 */
export async function migrate(
  { query, transact }: Pick<Database, 'query' | 'transact'>,
  schema: string,
  migrations: readonly string[],
): Promise<void> {
  await transact([{ sql: PREPARE }]);
  const rows = await query<{ number: number }>('SELECT number FROM schema_migrations WHERE schema = $1', [schema]);
  const applied = new Set(rows.map(({ number }) => number));
  for (const [index, sql] of migrations.entries()) {
    const number = index + 1;
    if (applied.has(number)) continue;
    try {
      await transact([
        { sql: "SELECT pg_advisory_xact_lock(hashtext('switchboard migrations'))" },
        { sql: 'INSERT INTO schema_migrations (schema, number) VALUES ($1, $2)', values: [schema, number] },
        { sql },
      ]);
    } catch (error) {
      if (!isApplied(error)) throw error;
    }
  }
}

const isApplied = (error: unknown): boolean =>
  error instanceof StatementError && error.code === '23505' && error.message.includes('one_migration');
