import type { Database } from '@switchboard/database';
import type { Json } from '../context/variables.ts';
import type { Flow } from '../flow/flow.ts';

export interface Version {
  readonly flow: string;
  readonly version: number;
}

export interface StoredDefinition extends Version {
  readonly hash: string;
  readonly definition: Json;
}

/** The definitions that instances were opened with. They never change. */
export interface Definitions {
  /** The hash of each version in use, as `name@version`. */
  hashes(): Promise<ReadonlyMap<string, string>>;
  /** Keeps the definition at its first use. @returns the hash that is kept, which is another one's if that came first */
  keep(flow: Flow): Promise<string>;
  read(flow: string, version: number): Promise<StoredDefinition | undefined>;
  /**
   * The versions whose instances wait, or ended so recently that an event may be handled again.
   * @param inUse the versions that open instances now
   */
  active(inUse: readonly Version[]): Promise<Version[]>;
}

export const versionKey = ({ flow, version }: Version): string => `${flow}@${version}`;

export function createDefinitions(database: Database): Definitions {
  return {
    async hashes() {
      const rows = await database.query<StoredDefinition>('SELECT flow, version, hash FROM flows.definitions');
      return new Map(rows.map((row) => [versionKey(row), row.hash]));
    },
    async keep({ name, version, hash, definition }) {
      const values = [name, version, hash, JSON.stringify(definition)];
      const [row] = await database.query<{ hash: string }>(
        `INSERT INTO flows.definitions (flow, version, hash, definition) VALUES ($1, $2, $3, $4::jsonb)
         ON CONFLICT (flow, version) DO UPDATE SET last_active_at = now(),
           definition = CASE WHEN definitions.hash = EXCLUDED.hash THEN EXCLUDED.definition ELSE definitions.definition END
         RETURNING hash`,
        values,
      );
      return (row as { hash: string }).hash;
    },
    async read(flow, version) {
      const [row] = await database.query<StoredDefinition>(
        'SELECT flow, version, hash, definition FROM flows.definitions WHERE flow = $1 AND version = $2',
        [flow, version],
      );
      return row;
    },
    async active(inUse) {
      return database.query<Version>(
        `WITH touched AS (
           UPDATE flows.definitions d SET last_active_at = now() WHERE last_active_at < now() - interval '1 hour'
             AND (EXISTS (SELECT 1 FROM flows.instances i
                    WHERE i.flow = d.flow AND i.version = d.version AND i.state = 'waiting')
               OR EXISTS (SELECT 1 FROM jsonb_to_recordset($1::jsonb) AS r(flow text, version integer)
                    WHERE r.flow = d.flow AND r.version = d.version))
           RETURNING flow, version)
         SELECT flow, version FROM flows.definitions WHERE last_active_at > now() - interval '${KEPT_DAYS} days'
         UNION SELECT flow, version FROM touched`,
        [JSON.stringify(inUse)],
      );
    },
  };
}

/** Longer than the consumer's marks of finished events last by default. */
export const KEPT_DAYS = 8;
