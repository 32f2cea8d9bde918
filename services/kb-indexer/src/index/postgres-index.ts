import type { ClientBase } from 'pg';
import type { Document, DocumentKey, Removal } from '../article/document.ts';
import { languageOf } from '../article/locale.ts';
import { removedBy } from '../article/removal.ts';
import { isOutdated, type KnownRevision, type Numbers, type Revision } from '../article/revision.ts';
import { mapWithPauses } from '../map-with-pauses.ts';
import { type Phrase, tellingPhrases } from '../search/query.ts';
import { wordsOf } from '../search/words.ts';
import { embeddedText, type Filter, type Outcome, type Passage, type SearchIndex } from './article-index.ts';
import { dimensionError, IndexError } from './index-error.ts';
import { connectPostgres } from './postgres-connection.ts';
import { preparePostgres } from './postgres-schema.ts';

export interface PostgresOptions {
  url: string;
  /** The name of the embedding model, if there is one. */
  model?: string | undefined;
}

/** An index that several instances share. @throws IndexError */
export async function createPostgresIndex({ url, model }: PostgresOptions): Promise<SearchIndex> {
  const database = connectPostgres(url);
  try {
    await database.transact((client) => preparePostgres(client, model));
  } catch (error) {
    await database.close();
    throw error;
  }

  /** Checks once per change that the vectors' length matches the index. Locks the model until the transaction ends. */
  async function checkVectors(client: ClientBase, { length }: Float32Array): Promise<void> {
    await client.query("INSERT INTO kb_settings VALUES ('dimension', $1) ON CONFLICT DO NOTHING", [length]);
    const { rows } = await client.query<{ name: string; value: string }>('SELECT * FROM kb_settings FOR SHARE');
    const settings = new Map(rows.map(({ name, value }) => [name, value]));
    if (settings.get('model') !== model) {
      const other = `the index uses the model ${settings.get('model')}, but this instance uses ${model}`;
      throw new IndexError('OTHER_MODEL', `${other}: set the same EMBEDDINGS_MODEL on all instances, then restart.`);
    }
    const dimension = Number(settings.get('dimension'));
    if (dimension !== length) throw dimensionError(dimension, length);
  }

  async function upsert(
    client: ClientBase,
    document: Document,
    terms: readonly string[],
    vectors: readonly Float32Array[],
  ): Promise<Outcome> {
    if (isOutdated(document, await known(client, document))) return 'outdated';
    const id = await remember(client, document, document.revision, false);
    await client.query('DELETE FROM kb_chunks WHERE document = $1', [id]);
    const { title, url, tags, chunks } = document;
    await client.query('UPDATE kb_documents SET title = $2, url = $3, tags = $4 WHERE id = $1', [id, title, url, tags]);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO kb_chunks (document, heading, text, terms)
       SELECT $1, heading, text, terms::tsvector FROM unnest($2::text[], $3::text[], $4::text[])
         WITH ORDINALITY AS chunk (heading, text, terms, place) ORDER BY place
       RETURNING id`,
      [id, chunks.map(({ heading }) => heading), chunks.map(({ text }) => text), terms],
    );
    const [first] = vectors;
    if (first !== undefined) {
      await checkVectors(client, first);
      await addVectors(client, new Map(vectors.map((vector, place) => [Number(rows[place]?.id), vector])));
    }
    return 'done';
  }

  async function remove(client: ClientBase, removal: Removal): Promise<Outcome> {
    const rows = await known(client, removal);
    if (isOutdated(removal, rows)) return 'outdated';
    const { older, outcome } = removedBy(removal, rows);
    for (const { id, locale } of older) {
      await client.query('DELETE FROM kb_chunks WHERE document = $1', [id]);
      await remember(client, { ...removal, locale }, removal.revision, true);
    }
    await remember(client, removal, removal.revision, true);
    return outcome;
  }

  return {
    async upsert(document, vectors = []) {
      const terms = await mapWithPauses(document.chunks, (chunk) => termsOf(document.title, chunk));
      return database.transact((client) => upsert(client, document, terms, vectors));
    },
    remove: (removal) => database.transact((client) => remove(client, removal)),
    async matching(phrases, match, filter, limit) {
      if (phrases.length === 0) return [];
      const query = phrases.map(matchOf).join(match === 'all' ? ' & ' : ' | ');
      return database.query<Passage>(
        `SELECT ${PASSAGE} FROM (
           SELECT DISTINCT ON (document) kb_chunks.id AS chunk, ts_rank(terms, query, 1) AS rank
           FROM CAST($1 AS tsquery) AS query, kb_chunks JOIN kb_documents ON kb_documents.id = document
           WHERE terms @@ query AND ${conditionsOf(2)} ORDER BY document, rank DESC
         ) AS found JOIN kb_chunks ON kb_chunks.id = chunk JOIN kb_documents ON kb_documents.id = document
         ORDER BY rank DESC, document LIMIT $5`,
        [query, ...valuesOf(filter), limit],
      );
    },
    async telling(phrases) {
      // Uses the word statistics of ANALYZE, which autovacuum runs.
      const rows = await database.query<{ term: string; chunks: number }>(
        `SELECT term, share * reltuples AS chunks FROM pg_class, pg_stats,
           unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (term, share)
         WHERE oid = 'kb_chunks'::regclass AND tablename = relname AND schemaname = relnamespace::regnamespace::text
           AND attname = 'terms' AND term = ANY ($1)`,
        [phrases.flatMap(({ terms }) => terms)],
      );
      const known = new Map(rows.map(({ term, chunks }) => [term, chunks]));
      return tellingPhrases(phrases, (term) => known.get(term) ?? 0);
    },
    async nearest(vector, filter, limit) {
      const [row] = await database.query<{ value: string }>("SELECT value FROM kb_settings WHERE name = 'dimension'");
      if (row === undefined) return [];
      if (Number(row.value) !== vector.length) throw dimensionError(Number(row.value), vector.length);
      return database.query<Passage>(
        `SELECT ${PASSAGE} FROM (
           SELECT chunk, vector <=> $1 AS distance FROM kb_vectors JOIN kb_documents ON kb_documents.id = document
           WHERE ${conditionsOf(2)} ORDER BY distance LIMIT $5
         ) AS found JOIN kb_chunks ON kb_chunks.id = chunk JOIN kb_documents ON kb_documents.id = document
         ORDER BY distance`,
        [textOf(vector), ...valuesOf(filter), limit],
      );
    },
    async withoutVector(limit) {
      const rows = await database.query<{ id: string; title: string; heading: string; text: string }>(
        `SELECT kb_chunks.id, title, heading, text FROM kb_chunks JOIN kb_documents ON kb_documents.id = document
         WHERE NOT EXISTS (SELECT FROM kb_vectors WHERE chunk = kb_chunks.id) LIMIT $1`,
        [limit],
      );
      return rows.map((row) => ({ id: Number(row.id), text: embeddedText(row.title, row) }));
    },
    async addVectors(vectors) {
      const [first] = vectors.values();
      if (first === undefined) return;
      await database.transact(async (client) => {
        await checkVectors(client, first);
        await addVectors(client, vectors);
      });
    },
    async check() {
      await database.query('SELECT 1');
    },
    close: database.close,
  };
}

const PASSAGE = 'article AS "articleId", locale, title, url, tags, heading, text';

/** Uses three values from position `place` on. A null value does not filter. */
const conditionsOf = (place: number): string =>
  `tenant = $${place} AND NOT removed AND ($${place + 1}::text IS NULL OR language IN ($${place + 1}, ''))
   AND ($${place + 2}::text IS NULL OR tags @> ARRAY[$${place + 2}])`;
const valuesOf = ({ tenant, language, tag }: Filter) => [tenant, language ?? null, tag ?? null];

/** The known revisions of the article, locked against other transactions. */
async function known(client: ClientBase, key: DocumentKey): Promise<(KnownRevision & { id: string })[]> {
  const values = [key.tenant, key.articleId];
  await client.query('SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', values);
  const { rows } = await client.query<Revision & { id: string; locale: string; earlier: Numbers; removed: boolean }>(
    `SELECT id, locale, version, updated_at AS "updatedAt", occurred_at AS "occurredAt", removed,
       json_build_object('version', earlier_version, 'updatedAt', earlier_updated_at) AS earlier
     FROM kb_documents WHERE tenant = $1 AND article = $2`,
    values,
  );
  return rows.map(({ id, locale, earlier, removed, ...revision }) => ({ id, locale, revision, earlier, removed }));
}

async function remember(client: ClientBase, key: DocumentKey, revision: Revision, removed: boolean): Promise<string> {
  const { version, updatedAt, occurredAt } = revision;
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO kb_documents AS known (tenant, article, locale, language, version, updated_at, occurred_at, removed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (tenant, article, locale) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
       occurred_at = excluded.occurred_at, earlier_version = coalesce(known.version, known.earlier_version),
       earlier_updated_at = coalesce(known.updated_at, known.earlier_updated_at),
       removed = excluded.removed, title = '', url = NULL, tags = '{}'
     RETURNING id`,
    [key.tenant, key.articleId, key.locale, languageOf(key.locale), version, updatedAt, occurredAt, removed],
  );
  return rows[0]?.id ?? '';
}

/** Skips a chunk that no longer exists or already has a vector. */
async function addVectors(client: ClientBase, vectors: ReadonlyMap<number, Float32Array>): Promise<void> {
  await client.query(
    `INSERT INTO kb_vectors (chunk, document, vector)
     SELECT kb_chunks.id, document, vector::vector FROM unnest($1::bigint[], $2::text[]) AS added (chunk, vector)
     JOIN kb_chunks ON kb_chunks.id = added.chunk ON CONFLICT DO NOTHING`,
    [[...vectors.keys()], [...vectors.values()].map(textOf)],
  );
}

const textOf = (vector: Float32Array): string => `[${vector.join()}]`;

/** The highest word position in Postgres. */
const LAST_PLACE = 16_383;

/** The words in Postgres's query syntax. They contain only letters and digits. */
function termsOf(title: string, { heading, text }: { heading: string; text: string }): string {
  let place = 0;
  const weighted = ([weight, part]: [string, string]) =>
    Array.from(wordsOf(part), ({ term }) => `'${term}':${Math.min(++place, LAST_PLACE)}${weight}`);
  return [['A', title] as const, ['B', heading] as const, ['D', text] as const]
    .flatMap(([weight, part]) => weighted([weight, part]))
    .join(' ');
}

const matchOf = ({ terms, prefix }: Phrase): string =>
  `(${terms.map((term, index) => `'${term}'${prefix && index === terms.length - 1 ? ':*' : ''}`).join(' <-> ')})`;
