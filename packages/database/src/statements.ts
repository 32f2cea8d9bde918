import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Statement } from './database.ts';

/** Statements with values are prepared once per connection. More texts than this are not from a program's code. */
const MOST_PREPARED = 500;
const names = new Map<string, string>();

function nameOf(sql: string): string | undefined {
  const known = names.get(sql);
  if (known !== undefined || names.size >= MOST_PREPARED) return known;
  const name = `s${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`;
  names.set(sql, name);
  return name;
}

/** Without values, the text may hold several statements. */
export const queryOf = ({ sql, values }: Statement): pg.QueryConfig =>
  values === undefined || values.length === 0
    ? { text: sql }
    : { text: sql, values: [...values], name: nameOf(sql) as string };

const BIGINT = 20;

/** A `bigint` is a number: ours are times and counts. */
export const clientOptions = {
  types: {
    getTypeParser: (id: number, format?: 'text' | 'binary') =>
      id === BIGINT ? Number : pg.types.getTypeParser(id, format as 'text'),
  },
  /** Sends the statements of a transaction without waiting for the answer of each. */
  pipeline: true,
} as pg.ClientConfig;

const rowsOf = (result: pg.QueryResult | readonly pg.QueryResult[]): unknown[] =>
  (Array.isArray(result) ? result.at(-1) : (result as pg.QueryResult)).rows;

export const runStatement = async (client: pg.ClientBase, statement: Statement): Promise<unknown[]> =>
  rowsOf(await client.query(queryOf(statement)));

/** Runs the statements in one round trip. After a statement that fails, `COMMIT` rolls back. */
export async function runTransaction(client: pg.ClientBase, statements: readonly Statement[]): Promise<unknown[][]> {
  const begun = client.query('BEGIN');
  const results = statements.map((statement) => runStatement(client, statement));
  const settled = await Promise.allSettled([begun, ...results, client.query('COMMIT')]);
  // The first failure is the cause of the others.
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return Promise.all(results);
}
