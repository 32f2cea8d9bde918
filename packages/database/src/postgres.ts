import pg from 'pg';
import type { Database, Statement } from './database.ts';
import { classified, UnavailableError } from './errors.ts';
import { createPostgresListener } from './postgres-listener.ts';
import { clientOptions, runStatement, runTransaction } from './statements.ts';

export interface PostgresOptions {
  url: string;
  /** The application's name, which Postgres shows. */
  name: string;
  connections: number;
  statementTimeoutMs: number;
}

/** What all databases share is added by `openDatabase`. */
export type Engine = Omit<Database, 'check' | 'migrate'>;

export function connectPostgres({ url, name, connections, statementTimeoutMs }: PostgresOptions): Engine {
  const options = {
    ...clientOptions,
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    statement_timeout: statementTimeoutMs,
    // A server that has gone without a word.
    query_timeout: statementTimeoutMs + 5_000,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...options, max: connections });
  // A lost connection fails the query that uses it. Without this listener, its event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const listener = createPostgresListener(() => new pg.Client(options));

  async function withClient<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined;
    let failure: Error | undefined;
    try {
      client = await pool.connect();
      return await work(client);
    } catch (error) {
      failure = classified(error, 'postgres');
      throw failure;
    } finally {
      // Not reused: a connection that the server has closed, or whose prepared statement no longer fits its table.
      client?.release(failure instanceof UnavailableError || (failure as { code?: unknown })?.code === '0A000');
    }
  }

  return {
    kind: 'postgres',
    query: <Row>(sql: string, values?: readonly unknown[]) =>
      withClient((client) => runStatement(client, { sql, values })) as Promise<Row[]>,
    transact: (statements: readonly Statement[]) => withClient((client) => runTransaction(client, statements)),
    listen: listener.listen,
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}
