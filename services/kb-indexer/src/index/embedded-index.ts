import type { Chunk } from '../article/chunks.ts';
import type { Document, Removal } from '../article/document.ts';
import { removedBy } from '../article/removal.ts';
import { isOutdated } from '../article/revision.ts';
import { mapWithPauses } from '../map-with-pauses.ts';
import { type Phrase, tellingPhrases } from '../search/query.ts';
import { wordsOf } from '../search/words.ts';
import type { Outcome, Passage, SearchIndex } from './article-index.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';
import { conditionsOf, PASSAGE, type PassageRow } from './embedded-passage.ts';
import { knownRevisions, remember } from './embedded-revisions.ts';
import { createEmbeddedVectors } from './embedded-vectors.ts';

export interface EmbeddedOptions {
  file: string;
  /** The name of the embedding model, if there is one. */
  model?: string | undefined;
}

/** An index in a file, for one process. @throws IndexError */
export function createEmbeddedIndex({ file, model }: EmbeddedOptions): SearchIndex {
  const database = openEmbeddedDatabase(file);
  const { run, all, iterate, transact } = database;
  const vectors = createEmbeddedVectors(database, model);

  function dropChunks(document: number): void {
    for (const { id } of all<{ id: number }>('SELECT id FROM chunks WHERE document = ?', document)) {
      run('DELETE FROM terms WHERE rowid = ?', id);
      vectors.drop(id);
    }
    run('DELETE FROM chunks WHERE document = ?', document);
  }

  function upsert(document: Document, terms: readonly ChunkTerms[], embedded?: readonly Float32Array[]): Outcome {
    if (isOutdated(document, knownRevisions(database, document))) return 'outdated';
    const id = remember(database, document, document.revision, false);
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
      const vector = embedded?.[place];
      if (vector !== undefined) vectors.add(chunk, tenant, vector);
    }
    return 'done';
  }

  function remove(removal: Removal): Outcome {
    const rows = knownRevisions(database, removal);
    if (isOutdated(removal, rows)) return 'outdated';
    const { older, outcome } = removedBy(removal, rows);
    for (const { id, locale } of older) {
      dropChunks(id);
      remember(database, { ...removal, locale }, removal.revision, true);
    }
    remember(database, removal, removal.revision, true);
    return outcome;
  }

  const passage = (row: PassageRow): Passage => ({ ...row, tags: JSON.parse(row.tags) as string[] });

  transact(vectors.useModel);
  return {
    async upsert(document, embedded) {
      const title = termsOf(document.title);
      const columnsOf = ({ heading, text }: Chunk): ChunkTerms => [title, termsOf(heading), termsOf(text)];
      // The transaction blocks everything else, so it only writes.
      const terms = await mapWithPauses(document.chunks, columnsOf);
      return transact(() => upsert(document, terms, embedded));
    },
    remove: async (removal) => transact(() => remove(removal)),
    async matching(phrases, match, filter, limit) {
      if (phrases.length === 0) return [];
      const { where, values } = conditionsOf(filter);
      // To look up the document of every match takes longer than to rank them, so only the best are looked up. Without
      // its LIMIT, the inner query is merged with the outer one, and loses its order.
      const ranked = iterate<PassageRow & { document: number }>(
        `SELECT ${PASSAGE}, document FROM (
           SELECT rowid AS chunk, bm25(terms, 8, 4, 1) AS score FROM terms WHERE terms MATCH ? ORDER BY score, chunk LIMIT -1
         ) CROSS JOIN chunks ON chunks.id = chunk CROSS JOIN documents ON documents.id = document WHERE ${where}`,
        phrases.map(matchOf).join(match === 'all' ? ' AND ' : ' OR '),
        ...values,
      );
      const best = new Map<number, Passage>();
      for (const { document, ...row } of ranked) {
        if (!best.has(document)) best.set(document, passage(row));
        if (best.size === limit) break;
      }
      return [...best.values()];
    },
    async telling(phrases) {
      const count = 'SELECT doc FROM vocabulary WHERE term = ?';
      return tellingPhrases(phrases, (term) => all<{ doc: number }>(count, term)[0]?.doc ?? 0);
    },
    async nearest(vector, filter, limit) {
      return vectors.nearest(vector, filter, limit).map(passage);
    },
    withoutVector: async (limit) => vectors.missing(limit),
    addVectors: async (added) => transact(() => vectors.addMissing(added)),
    check: () => void all('SELECT 1'),
    close: () => database.close(),
  };
}

/** Joins title, heading and text. */
type ChunkTerms = [string, string, string];

/** FTS5 gets only letters, digits and spaces. */
const termsOf = (text: string): string => Array.from(wordsOf(text), ({ term }) => term).join(' ');
const matchOf = ({ terms, prefix }: Phrase): string => `"${terms.join(' ')}"${prefix ? '*' : ''}`;
