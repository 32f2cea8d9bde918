import { UnavailableError } from '@switchboard/consumer';
import pg from 'pg';

export interface Database {
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs the work in one transaction on one connection. */
  transact<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const CONNECTIONS = 8;

export function connectPostgres(url: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 20_000,
    application_name: 'kb-indexer',
  });
  // A lost connection fails the query that uses it. Without this listener, its event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    async query(sql, values = []) {
      try {
        return (await pool.query(sql, [...values])).rows;
      } catch (error) {
        throw classified(error);
      }
    },
    async transact(work) {
      let client: pg.PoolClient | undefined;
      let failure: Error | undefined;
      try {
        client = await pool.connect();
        await client.query('BEGIN');
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        failure = classified(error);
        await client?.query('ROLLBACK').catch(() => {});
        throw failure;
      } finally {
        // A connection that the server has closed is not reused.
        client?.release(failure instanceof UnavailableError);
      }
    },
    close: () => pool.end(),
  };
}

/** Errors of the server rather than the article: connection, resources, shutdown, read-only after a failover. */
const PASSING = /^(?:08|53|57P|25006|E(?:CONN|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH))/;

function classified(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { code } = error as { code?: string };
  const lost = code === undefined && /^(?:Connection terminated|timeout exceeded)/.test(error.message);
  return lost || PASSING.test(code ?? '') ? new UnavailableError('postgres', { cause: error }) : error;
}
