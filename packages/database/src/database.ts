export interface Statement {
  readonly sql: string;
  readonly values?: readonly unknown[] | undefined;
}

/** Postgres, as a server that instances share or embedded in this process. The same SQL runs on both. */
export interface Database {
  readonly kind: 'postgres' | 'embedded';
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs the statements in one transaction and one round trip, and returns the rows of each. */
  transact(statements: readonly Statement[]): Promise<unknown[][]>;
  /**
   * Calls back for every notification on the channel, whichever instance sent it.
   * @param onGap called when notifications may have been missed
   */
  listen(channel: string, onPayload: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>;
  /** Applies the migrations that this schema has not had yet, in order and once, also when instances start together. */
  migrate(schema: string, migrations: readonly string[]): Promise<void>;
  /** @throws when the database does not answer */
  check(): Promise<void>;
  close(): Promise<void>;
}
