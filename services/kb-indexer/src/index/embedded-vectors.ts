import { embeddedText, type Filter } from './article-index.ts';
import type { EmbeddedDatabase } from './embedded-database.ts';
import { conditionsOf, PASSAGE, type PassageRow } from './embedded-passage.ts';
import { dimensionError } from './index-error.ts';

/** The vectors of an embedded index, one for each chunk. The caller runs changes in a transaction. */
export interface EmbeddedVectors {
  /** Deletes the vectors of another model, which are useless. */
  useModel(): void;
  add(chunk: number, tenant: string, vector: Float32Array): void;
  drop(chunk: number): void;
  nearest(vector: Float32Array, filter: Filter, limit: number): PassageRow[];
  /** Chunks without a vector, with the text to embed. */
  missing(limit: number): { id: number; text: string }[];
  /** Ignores chunks that were deleted, or have a vector by now. */
  addMissing(vectors: ReadonlyMap<number, Float32Array>): void;
}

export function createEmbeddedVectors(database: EmbeddedDatabase, model: string | undefined): EmbeddedVectors {
  const { run, all } = database;
  const setting = <T>(name: string) => all<{ value: T }>('SELECT value FROM settings WHERE name = ?', name)[0]?.value;
  /** The length of the vectors; undefined until there is one. */
  const dimension = () => setting<number>('dimension');

  function add(chunk: number, tenant: string, vector: Float32Array): void {
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

  return {
    useModel() {
      if (model === undefined || setting('model') === model) return;
      database.exec('DROP TABLE IF EXISTS vectors; DELETE FROM embedded; DELETE FROM settings');
      run("INSERT INTO settings VALUES ('model', ?)", model);
    },
    add,
    drop(chunk) {
      if (dimension() !== undefined) run('DELETE FROM vectors WHERE chunk = ?', BigInt(chunk));
      run('DELETE FROM embedded WHERE chunk = ?', chunk);
    },
    nearest(vector, filter, limit) {
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
      );
    },
    missing(limit) {
      return all<{ id: number; title: string; heading: string; text: string }>(
        `SELECT chunks.id, title, heading, text FROM chunks JOIN documents ON documents.id = document
         WHERE chunks.id NOT IN (SELECT chunk FROM embedded) LIMIT ?`,
        limit,
      ).map((row) => ({ id: row.id, text: embeddedText(row.title, row) }));
    },
    addMissing(vectors) {
      for (const [id, vector] of vectors) {
        const [row] = all<{ tenant: string }>(
          `SELECT tenant FROM chunks JOIN documents ON documents.id = document
           WHERE chunks.id = ? AND chunks.id NOT IN (SELECT chunk FROM embedded)`,
          id,
        );
        if (row !== undefined) add(id, row.tenant, vector);
      }
    },
  };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
