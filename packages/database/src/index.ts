export type { Database, Statement } from './database.ts';
export { DatabaseError, StatementError, UnavailableError } from './errors.ts';
export { type DatabaseOptions, openDatabase } from './open-database.ts';
