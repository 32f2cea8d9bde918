import type { ClientBase } from 'pg';
import { IndexError } from './index-error.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS kb_documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, article text NOT NULL, locale text NOT NULL,
    language text NOT NULL, version float8, updated_at float8, occurred_at float8 NOT NULL, removed boolean NOT NULL,
    title text NOT NULL DEFAULT '', url text, tags text[] NOT NULL DEFAULT '{}', UNIQUE (tenant, article, locale)
  );
  ALTER TABLE kb_documents ADD COLUMN IF NOT EXISTS earlier_version float8,
    ADD COLUMN IF NOT EXISTS earlier_updated_at float8;
  CREATE TABLE IF NOT EXISTS kb_chunks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, document bigint NOT NULL REFERENCES kb_documents,
    heading text NOT NULL, text text NOT NULL, terms tsvector NOT NULL
  );
  CREATE INDEX IF NOT EXISTS kb_chunks_document ON kb_chunks (document);
  CREATE INDEX IF NOT EXISTS kb_chunks_terms ON kb_chunks USING gin (terms);
  CREATE TABLE IF NOT EXISTS kb_settings (name text PRIMARY KEY, value text NOT NULL);
`;

const VECTORS = `
  CREATE EXTENSION IF NOT EXISTS vector;
  CREATE TABLE IF NOT EXISTS kb_vectors (
    chunk bigint PRIMARY KEY REFERENCES kb_chunks ON DELETE CASCADE, document bigint NOT NULL, vector vector NOT NULL
  );
`;

/**
 * Creates missing tables in a transaction. Drops the vectors of another model, which are useless.
 * @throws IndexError if there is a model but no pgvector
 */
export async function preparePostgres(client: ClientBase, model: string | undefined): Promise<void> {
  // IF NOT EXISTS alone does not serialise two instances that start together.
  await client.query("SELECT pg_advisory_xact_lock(hashtext('kb-indexer schema'))");
  await client.query(SCHEMA);
  if (model === undefined) return;
  try {
    await client.query(VECTORS);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IndexError(
      'NO_PGVECTOR',
      `Embeddings need the extension pgvector in Postgres (${reason}): install it, run CREATE EXTENSION vector as an ` +
        'administrator, or leave EMBEDDINGS_URL empty.',
      { cause },
    );
  }
  const known = await client.query("SELECT value FROM kb_settings WHERE name = 'model' FOR UPDATE");
  if (known.rows[0]?.value === model) return;
  await client.query("TRUNCATE kb_vectors; DELETE FROM kb_settings WHERE name IN ('model', 'dimension')");
  await client.query("INSERT INTO kb_settings VALUES ('model', $1)", [model]);
}
