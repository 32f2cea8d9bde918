import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { UnavailableError } from '@switchboard/consumer';
import { openEmbedded } from './embedded-schema.ts';

/** The database of an embedded index, with prepared statements. */
export interface EmbeddedDatabase {
  /** Runs several statements without values. */
  exec(sql: string): void;
  run(sql: string, ...values: SQLInputValue[]): ReturnType<Statement['run']>;
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  /** The rows are computed as they are read. */
  iterate<Row>(sql: string, ...values: SQLInputValue[]): Iterable<Row>;
  /** Runs `work` in a transaction. @throws UnavailableError for an error of the disk */
  transact<T>(work: () => T): T;
  close(): void;
}

type Statement = ReturnType<DatabaseSync['prepare']>;

/** SQLite errors of the disk rather than the article: busy, input or output, full. */
const PASSING = new Set([5, 10, 13]);

/** @throws IndexError */
export function openEmbeddedDatabase(file: string): EmbeddedDatabase {
  const database = openEmbedded(file);
  const statements = new Map<string, Statement>();

  function statement(sql: string): Statement {
    const prepared = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, prepared);
    return prepared;
  }

  return {
    exec: (sql) => database.exec(sql),
    run: (sql, ...values) => statement(sql).run(...values),
    all: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).all(...values) as Row[],
    iterate: <Row>(sql: string, ...values: SQLInputValue[]) => statement(sql).iterate(...values) as Iterable<Row>,
    transact(work) {
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
    },
    close: () => database.close(),
  };
}
