import type { TokenJudge } from '@switchboard/providers';
import type { Environment } from '@switchboard/service';
import type { At } from './callers-file.ts';
import type { Entry } from './callers-form.ts';

/** What every kind of caller has. */
export type Known = Pick<Entry, 'name' | 'tenant' | 'scopes'>;

/** What reading an entry needs. */
export interface EntryReading {
  readonly entry: Entry;
  /** Of the callers file; relative paths start at its folder. */
  readonly path: string;
  readonly environment: Environment;
  /** Judges by their settings, so that a reload keeps the keys that they have loaded. */
  readonly judges: Map<string, TokenJudge>;
  complain(at: At, what: string): void;
}

export const knownOf = ({ name, tenant, scopes }: Entry): Known => ({ name, tenant, scopes });
