import type { Logger } from 'pino';
import type { Database, Statement } from './database.ts';
import { openEmbedded } from './embedded/embedded.ts';
import { DatabaseError, isConflict } from './errors.ts';
import { migrate } from './migrate.ts';
import { connectPostgres, type Engine } from './postgres.ts';

export interface DatabaseOptions {
  /** `postgres://user:password@host/database`; takes precedence over `folder`. */
  url?: string | undefined;
  /** Where an embedded database keeps its data, on a persistent disk. */
  folder?: string | undefined;
  /** The service's name, which Postgres shows. */
  name: string;
  logger?: Pick<Logger, 'warn'> | undefined;
  /** To Postgres, without the one that listens. Default 10. */
  connections?: number;
  /** Default 20 s. */
  statementTimeoutMs?: number;
}

const STATEMENT_TIMEOUT_MS = 20_000;
const CONNECTIONS = 10;
/** How often a transaction runs that another one disturbs. */
const TRIES = 5;

/** Opens Postgres if there is a URL, otherwise a database in this process. @throws DatabaseError */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const engine = await openEngine(options);

  async function transact(statements: readonly Statement[]): Promise<unknown[][]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await engine.transact(statements);
      } catch (error) {
        if (tries === TRIES || !isConflict(error)) throw error;
      }
    }
  }

  return {
    ...engine,
    transact,
    migrate: (schema, migrations) => migrate({ query: engine.query, transact }, schema, migrations),
    async check() {
      await engine.query('SELECT 1');
    },
  };
}

async function openEngine(options: DatabaseOptions): Promise<Engine> {
  const { url, folder, name, logger } = options;
  const { connections = CONNECTIONS, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  if (url !== undefined) return connectPostgres({ url, name, connections, statementTimeoutMs });
  if (folder === undefined) {
    throw new DatabaseError('INVALID_OPTION', 'Set DATABASE_URL, or DATABASE_FOLDER for an embedded database.');
  }
  return openEmbedded({
    folder,
    statementTimeoutMs,
    onRestart: () => logger?.warn({ folder }, 'the thread of the embedded database ended, and starts again'),
  });
}
