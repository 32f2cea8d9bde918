import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { UnavailableError } from '@switchboard/consumer';
import type { Chunk } from '../article/chunks.ts';
import type { Document, DocumentKey, Removal } from '../article/document.ts';
import { languageOf } from '../article/locale.ts';
import { removedBy } from '../article/removal.ts';
import { isOutdated, type KnownRevision, type Revision } from '../article/revision.ts';
import { mapWithPauses } from '../map-with-pauses.ts';
import { type Phrase, tellingPhrases } from '../search/query.ts';
import { wordsOf } from '../search/words.ts';
import { embeddedText, type Filter, type Outcome, type Passage, type SearchIndex } from './article-index.ts';
import { openEmbedded } from './embedded-schema.ts';
import { dimensionError } from './index-error.ts';

export interface EmbeddedOptions {
  file: string;
  /** The name of the embedding model, if there is one. */
  model?: string | undefined;
}

/** SQLite errors of the disk rather than the article: busy, input or output, full. */
const PASSING = new Set([5, 10, 13]);

/** An index in a file, for one process. @throws IndexError */
export function createEmbeddedIndex({ file, model }: EmbeddedOptions): SearchIndex {
  const database = openEmbedded(file);
  const run = (sql: string, ...values: SQLInputValue[]) => statement(sql).run(...values);
  const all = <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[];
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  function statement(sql: string) {
    const prepared = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  function transact<T>(work: () => T): T {
    try {
      database.exec('BEGIN IMMEDIATE');
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      const code = (error as { errcode?: number }).errcode;
      throw code !== undefined && PASSING.has(code & 0xff) ? new UnavailableError('index', { cause: error }) : error;
    }
  }

  const setting = <T>(name: string) => all<{ value: T }>('SELECT value FROM settings WHERE name = ?', name)[0]?.value;
  /** The length of the vectors; undefined until there is one. */
  const dimension = () => setting<number>('dimension');

  /** Vectors of another model are useless. */
  function useModel(): void {
    if (model === undefined || setting('model') === model) return;
    database.exec('DROP TABLE IF EXISTS vectors; DELETE FROM embedded; DELETE FROM settings');
    run("INSERT INTO settings VALUES ('model', ?)", model);
  }

  function known(key: DocumentKey): (KnownRevision & { id: number })[] {
    return all<KnownRow>(
      `SELECT id, locale, version, updated_at AS updatedAt, occurred_at AS occurredAt,
         earlier_version AS earlierVersion, earlier_updated_at AS earlierUpdatedAt, removed
       FROM documents WHERE tenant = ? AND article = ?`,
      key.tenant,
      key.articleId,
    ).map(({ id, locale, removed, earlierVersion, earlierUpdatedAt, ...revision }) => ({
      id,
      locale,
      revision,
      earlier: { version: earlierVersion, updatedAt: earlierUpdatedAt },
      removed: removed === 1,
    }));
  }

  function dropChunks(document: number): void {
    const hasVectors = dimension() !== undefined;
    for (const { id } of all<{ id: number }>('SELECT id FROM chunks WHERE document = ?', document)) {
      run('DELETE FROM terms WHERE rowid = ?', id);
      if (hasVectors) run('DELETE FROM vectors WHERE chunk = ?', BigInt(id));
      run('DELETE FROM embedded WHERE chunk = ?', id);
    }
    run('DELETE FROM chunks WHERE document = ?', document);
  }

  function remember(key: DocumentKey, { version, updatedAt, occurredAt }: Revision, removed: boolean): number {
    const [row] = all<{ id: number }>(
      `INSERT INTO documents (tenant, article, locale, language, version, updated_at, occurred_at, removed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
         occurred_at = excluded.occurred_at, earlier_version = coalesce(documents.version, earlier_version),
         earlier_updated_at = coalesce(documents.updated_at, earlier_updated_at),
         removed = excluded.removed, title = '', url = NULL, tags = '[]'
       RETURNING id`,
      key.tenant,
      key.articleId,
      key.locale,
      languageOf(key.locale),
      version,
      updatedAt,
      occurredAt,
      removed ? 1 : 0,
    );
    return row?.id ?? 0;
  }

  function addVector(chunk: number, tenant: string, vector: Float32Array): void {
    const known = dimension();
    if (known === undefined) {
      database.exec(
        `CREATE VIRTUAL TABLE vectors USING vec0 (
           chunk INTEGER PRIMARY KEY, tenant TEXT PARTITION KEY, vector FLOAT[${vector.length}] DISTANCE_METRIC=cosine, chunk_size=256
         )`,
      );
      run("INSERT INTO settings VALUES ('dimension', ?)", vector.length);
    } else if (vector.length !== known) throw dimensionError(known, vector.length);
    run('INSERT INTO vectors (chunk, tenant, vector) VALUES (?, ?, ?)', BigInt(chunk), tenant, bytesOf(vector));
    run('INSERT INTO embedded VALUES (?)', chunk);
  }

  function upsert(document: Document, terms: readonly ChunkTerms[], vectors?: readonly Float32Array[]): Outcome {
    if (isOutdated(document, known(document))) return 'outdated';
    const id = remember(document, document.revision, false);
    dropChunks(id);
    const { title, url, tags, tenant } = document;
    run('UPDATE documents SET title = ?, url = ?, tags = ? WHERE id = ?', title, url, JSON.stringify(tags), id);
    for (const [place, { heading, text }] of document.chunks.entries()) {
      const chunk = Number(
        run('INSERT INTO chunks (document, heading, text) VALUES (?, ?, ?)', id, heading, text).lastInsertRowid,
      );
      run(
        'INSERT INTO terms (rowid, title, heading, text) VALUES (?, ?, ?, ?)',
        chunk,
        ...(terms[place] as ChunkTerms),
      );
      const vector = vectors?.[place];
      if (vector !== undefined) addVector(chunk, tenant, vector);
    }
    return 'done';
  }

  function remove(removal: Removal): Outcome {
    const rows = known(removal);
    if (isOutdated(removal, rows)) return 'outdated';
    const { older, outcome } = removedBy(removal, rows);
    for (const { id, locale } of older) {
      dropChunks(id);
      remember({ ...removal, locale }, removal.revision, true);
    }
    remember(removal, removal.revision, true);
    return outcome;
  }

  const passage = (row: PassageRow): Passage => ({ ...row, tags: JSON.parse(row.tags) as string[] });

  transact(useModel);
  return {
    async upsert(document, vectors) {
      const title = termsOf(document.title);
      const columnsOf = ({ heading, text }: Chunk): ChunkTerms => [title, termsOf(heading), termsOf(text)];
      // The transaction blocks everything else, so it only writes.
      const terms = await mapWithPauses(document.chunks, columnsOf);
      return transact(() => upsert(document, terms, vectors));
    },
    remove: async (removal) => transact(() => remove(removal)),
    async matching(phrases, match, filter, limit) {
      if (phrases.length === 0) return [];
      const { where, values } = conditionsOf(filter);
      return all<PassageRow>(
        `WITH found AS MATERIALIZED (SELECT rowid AS chunk, bm25(terms, 8, 4, 1) AS rank FROM terms WHERE terms MATCH ?)
         SELECT ${PASSAGE}, min(rank) FROM found JOIN chunks ON chunks.id = chunk JOIN documents ON documents.id = document
         WHERE ${where} GROUP BY document ORDER BY min(rank), document LIMIT ?`,
        phrases.map(matchOf).join(match === 'all' ? ' AND ' : ' OR '),
        ...values,
        limit,
      ).map(passage);
    },
    async telling(phrases) {
      const count = 'SELECT doc FROM vocabulary WHERE term = ?';
      return tellingPhrases(phrases, (term) => all<{ doc: number }>(count, term)[0]?.doc ?? 0);
    },
    async nearest(vector, filter, limit) {
      const known = dimension();
      if (known === undefined) return [];
      if (vector.length !== known) throw dimensionError(known, vector.length);
      const { where, values } = conditionsOf(filter);
      const isFiltered = filter.language !== undefined || filter.tag !== undefined;
      const among = `AND chunk IN (SELECT chunks.id FROM chunks JOIN documents ON documents.id = document WHERE ${where})`;
      return all<PassageRow>(
        `WITH found AS MATERIALIZED (
           SELECT chunk, distance FROM vectors WHERE vector MATCH ? AND k = ? AND tenant = ? ${isFiltered ? among : ''}
         )
         SELECT ${PASSAGE} FROM found JOIN chunks ON chunks.id = chunk JOIN documents ON documents.id = document ORDER BY distance`,
        bytesOf(vector),
        BigInt(limit),
        filter.tenant,
        ...(isFiltered ? values : []),
      ).map(passage);
    },
    async withoutVector(limit) {
      return all<{ id: number; title: string; heading: string; text: string }>(
        `SELECT chunks.id, title, heading, text FROM chunks JOIN documents ON documents.id = document
         WHERE chunks.id NOT IN (SELECT chunk FROM embedded) LIMIT ?`,
        limit,
      ).map((row) => ({ id: row.id, text: embeddedText(row.title, row) }));
    },
    async addVectors(vectors) {
      transact(() => {
        for (const [id, vector] of vectors) {
          const [row] = all<{ tenant: string }>(
            `SELECT tenant FROM chunks JOIN documents ON documents.id = document
             WHERE chunks.id = ? AND chunks.id NOT IN (SELECT chunk FROM embedded)`,
            id,
          );
          if (row !== undefined) addVector(id, row.tenant, vector);
        }
      });
    },
    check: () => void all('SELECT 1'),
    close: () => database.close(),
  };
}

/** Joins title, heading and text. */
type ChunkTerms = [string, string, string];

interface KnownRow extends Revision {
  id: number;
  locale: string;
  earlierVersion: number | null;
  earlierUpdatedAt: number | null;
  removed: number;
}

const PASSAGE = 'article AS articleId, locale, title, url, tags, heading, text';
type PassageRow = Omit<Passage, 'tags'> & { tags: string };

function conditionsOf({ tenant, language, tag }: Filter): { where: string; values: string[] } {
  return {
    where: [
      'documents.tenant = ? AND NOT removed',
      ...(language === undefined ? [] : ["language IN (?, '')"]),
      ...(tag === undefined ? [] : ['EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)']),
    ].join(' AND '),
    values: [tenant, language, tag].filter((value) => value !== undefined),
  };
}

/** FTS5 gets only letters, digits and spaces. */
const termsOf = (text: string): string => Array.from(wordsOf(text), ({ term }) => term).join(' ');
const matchOf = ({ terms, prefix }: Phrase): string => `"${terms.join(' ')}"${prefix ? '*' : ''}`;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
