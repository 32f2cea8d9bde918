import type { Engine } from '../postgres.ts';

const EVERY_MS = 5 * 60_000;

const TABLES = `
  SELECT quote_ident(nspname) || '.' || quote_ident(relname) AS name
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')`;

/** Does the work of autovacuum, which PGlite does not have: reuses the space of old rows, and renews the statistics. */
export async function vacuum({ query }: Pick<Engine, 'query'>): Promise<void> {
  // One by one, so that other statements run in between.
  for (const { name } of await query<{ name: string }>(TABLES)) await query(`VACUUM (ANALYZE) ${name}`);
}

/** @returns a function that stops it */
export function startUpkeep(engine: Pick<Engine, 'query'>, everyMs = EVERY_MS): () => void {
  // A failure leaves the tables as they are until the next turn.
  const timer = setInterval(() => void vacuum(engine).catch(() => {}), everyMs).unref();
  return () => clearInterval(timer);
}
