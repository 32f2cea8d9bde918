import type { Auth } from '@switchboard/outbound';
import type { Role } from './connection.ts';

/** A kind of outside system, and what a connection to it needs. */
export interface SystemKind {
  /** Where it is, if it is in the same place for everybody. */
  readonly url?: string;
  /** Default: http and https. */
  readonly protocols?: readonly string[];
  /** Whether a connection may have no credentials, default false. */
  readonly anonymous?: boolean;
  /** The kinds of authentication that it takes, default all. */
  readonly auth?: readonly Auth['kind'][];
  /** What a connection need not say. A `tokenUrl` that begins with a slash starts at the connection's URL. */
  readonly authDefaults?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, Setting>>;
}

/** A setting of a kind of system. Its value is text; numbers and booleans are taken as text. */
export interface Setting {
  readonly description: string;
  readonly required?: boolean;
  readonly pattern?: string;
  readonly oneOf?: readonly string[];
  /** @returns what is wrong with a value */
  check?(value: string): string | undefined;
}

/** The kinds that a service knows, for the roles that it reads. */
export type Kinds = Readonly<Partial<Record<Role, Readonly<Record<string, SystemKind>>>>>;
