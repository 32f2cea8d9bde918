import type { Auth } from '@switchboard/outbound';

/** What a service needs an outside system for. */
export const ROLES = ['crm', 'helpdesk', 'knowledge', 'chat', 'slack', 'email'] as const;
export type Role = (typeof ROLES)[number];

/** The tenant in a file whose connections are those of all tenants that have none of their own. */
export const EVERY_TENANT = '*';

/** How to reach one outside system of a tenant. */
export interface Connection {
  /** Names it in logs, errors and steps: `acme/hubspot`; a connection of all tenants has none: `hubspot`. */
  readonly name: string;
  /** Undefined for the connection of all tenants that have none of their own. */
  readonly tenant: string | undefined;
  readonly role: Role;
  /** The kind of system, such as `hubspot` or `http`: the label of its metrics. */
  readonly kind: string;
  readonly url: string;
  readonly auth: Auth | undefined;
  /** Further settings of the kind, such as paths and field names. */
  readonly settings: Readonly<Record<string, string>>;
  readonly ratePerSecond?: number | undefined;
  readonly concurrency?: number | undefined;
}

/** The connections in force. */
export interface Connections {
  /** Those of the tenant, otherwise the one of all tenants, otherwise none. A changed connection is another object. */
  of(tenant: string, role: Role): readonly Connection[];
  /** Whether the connection is still in force. */
  has(connection: Connection): boolean;
  /** All connections of the roles that the service reads, those of variables included. */
  all(): Iterable<Connection>;
  /** Reads the files again. */
  reload(): Promise<void>;
  close(): Promise<void>;
}
