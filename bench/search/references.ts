import { DatabaseSync } from 'node:sqlite';
import { type Document, phrasesOf } from '@switchboard/kb-indexer';

/** A plain FTS5 query: all the words, otherwise any of them; the ten best chunks. */
export function createBareFts5(documents: readonly Document[]): (text: string) => void {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE VIRTUAL TABLE chunks USING fts5 (title, heading, text)');
  const insert = database.prepare('INSERT INTO chunks VALUES (?, ?, ?)');
  for (const { title, chunks } of documents) for (const { heading, text } of chunks) insert.run(title, heading, text);
  const select = database.prepare('SELECT * FROM chunks WHERE chunks MATCH ? ORDER BY rank LIMIT 10');
  return (text) => {
    const phrases = phrasesOf(text).map(({ terms, prefix }) => `"${terms.join(' ')}"${prefix ? '*' : ''}`);
    if (select.all(phrases.join(' AND ')).length < 10) select.all(phrases.join(' OR '));
  };
}

/** A linear scan of all vectors; the ten nearest. */
export function createLinearScan(vectors: readonly Float32Array[]): (wanted: Float32Array) => void {
  const dimensions = vectors[0]?.length ?? 0;
  const all = new Float32Array(vectors.length * dimensions);
  for (const [index, vector] of vectors.entries()) all.set(vector, index * dimensions);
  return (wanted) => {
    const distances = Array.from(vectors, (_, index) => {
      let product = 0;
      for (let place = 0; place < dimensions; place += 1) {
        product += (all[index * dimensions + place] ?? 0) * (wanted[place] ?? 0);
      }
      return { index, distance: 1 - product };
    });
    distances.sort((one, other) => one.distance - other.distance).slice(0, 10);
  };
}
