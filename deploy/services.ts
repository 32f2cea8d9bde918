import { join } from 'node:path';

export interface Service {
  /** Its folder in services/. */
  readonly name: string;
  readonly port: number;
  /** The topics it needs beside those of the catalogue. */
  readonly topics: readonly string[];
}

/** What `npm start` runs, in the order of its output. */
export const services: readonly Service[] = [{ name: 'ingest', port: 8080, topics: ['ingest.quarantine'] }];

/** V8 grows into what memory it finds; a service is told what it has. */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=16', '--max-old-space-size=192'];

export const scriptOf = ({ name }: Service): string => join(import.meta.dirname, '../services', name, 'src/main.ts');

/** The variable that changes a service's port: `INGEST_PORT`. */
export const portVariable = ({ name }: Service): string => `${name.replaceAll('-', '_').toUpperCase()}_PORT`;
