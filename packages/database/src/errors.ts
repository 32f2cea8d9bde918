import pg from 'pg';

/** The database cannot answer now. A statement that was under way may have taken effect. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly retry = 'when-available';
  readonly target: string;

  constructor(name: string, options?: ErrorOptions) {
    super(`${name} is unavailable`, options);
    this.target = name;
  }
}

/** The database refused a statement. `code` is its SQLSTATE. */
export class StatementError extends Error {
  override readonly name = 'StatementError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The database cannot be opened as configured. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: 'INVALID_OPTION' | 'FOLDER_LOCKED' | 'CANNOT_OPEN';

  constructor(code: DatabaseError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Connection, resources, shutdown, read-only after a fail-over: errors of the server rather than the statement. */
const PASSING = /^(?:08|53|57P|25006|E(?:CONN|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH))/;
/** Errors of `pg` without a code. */
const LOST = /^(?:Connection terminated|timeout exceeded|Query read timeout|timeout expired|Client (?:has|was))/;

/** @param name of the database, for the message of an UnavailableError */
export function classified(error: unknown, name: string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { code } = error as { code?: string };
  if (PASSING.test(code ?? '') || (code === undefined && LOST.test(error.message))) {
    return new UnavailableError(name, { cause: error });
  }
  if (!(error instanceof pg.DatabaseError)) return error;
  // A value, which may be personal data, follows a colon. Postgres puts more of them into `detail`.
  return new StatementError(code ?? '', error.message.replace(/: "[\s\S]*$/, ''));
}

/** Serialisation failure or deadlock: the transaction had no effect and can run again at once. */
export const isConflict = (error: unknown): boolean =>
  error instanceof StatementError && /^40(001|P01)$/.test(error.code);
