import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { load } from 'sqlite-vec';
import { IndexError } from './index-error.ts';

const VERSION = 2;
/** How long a stopping process may still hold the file. */
const LOCK_WAIT_MS = 5_000;
const SQLITE_BUSY = 5;
/** A search by meaning reads all vectors, which takes half the time in mapped memory. What exceeds it is read as usual. */
const MAPPED_BYTES = 2 ** 30;

/** `terms` holds only the words; `chunks` holds the displayed text. `vectors` is created with the first vector. */
const SCHEMA = `
  CREATE TABLE documents (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, article TEXT NOT NULL, locale TEXT NOT NULL, language TEXT NOT NULL,
    version INTEGER, updated_at INTEGER, occurred_at INTEGER NOT NULL, removed INTEGER NOT NULL,
    title TEXT NOT NULL DEFAULT '', url TEXT, tags TEXT NOT NULL DEFAULT '[]', UNIQUE (tenant, article, locale)
  ) STRICT;
  CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, heading TEXT NOT NULL, text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX chunks_of_document ON chunks (document);
  CREATE VIRTUAL TABLE terms USING fts5 (title, heading, text, content='', contentless_delete=1, tokenize='ascii', prefix='3');
  CREATE VIRTUAL TABLE vocabulary USING fts5vocab (terms, row);
  CREATE TABLE embedded (chunk INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value ANY) STRICT;
`;

/** Migrations since version 1, the version of every new index. */
const ADDITIONS = `
  ALTER TABLE documents ADD COLUMN earlier_version INTEGER;
  ALTER TABLE documents ADD COLUMN earlier_updated_at INTEGER;
  PRAGMA user_version = ${VERSION};
`;

/**
 * Opens the file of an embedded index with an exclusive lock for the lifetime of the process.
 * @throws IndexError if another process holds the file or another version wrote it
 */
export function openEmbedded(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { allowExtension: true, timeout: LOCK_WAIT_MS });
  try {
    load(database);
    // FULL: committed changes survive a power failure.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec(`PRAGMA cache_size = -32768; PRAGMA mmap_size = ${MAPPED_BYTES}; BEGIN IMMEDIATE`);
    const version = database.prepare('PRAGMA user_version').get()?.user_version;
    if (version === 0) database.exec(SCHEMA);
    if (version === 0 || version === 1) database.exec(ADDITIONS);
    else if (version !== VERSION) {
      throw new IndexError(
        'OTHER_VERSION',
        `INDEX_FILE ${file} has version ${version}, but this service needs version ${VERSION}: use another file.`,
      );
    }
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new IndexError(
      'LOCKED',
      `INDEX_FILE ${file} is in use by another process: an embedded index serves one instance. Stop the other ` +
        'process, use another file, or set INDEX=postgres for several instances.',
      { cause: error },
    );
  }
}
