export type { Database, Statement } from './database.ts';
