/** The numbered migrations of the context store: append only. */
export const CONTEXT_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE context_subjects (
    key text PRIMARY KEY, tenant text NOT NULL, scope text NOT NULL, id text NOT NULL,
    version bigint NOT NULL, updated_at bigint NOT NULL
  );
  -- A null value is a removed or expired variable: it stays, so that an older event does not bring it back.
  CREATE TABLE context_variables (
    key text NOT NULL REFERENCES context_subjects ON DELETE CASCADE, name text NOT NULL,
    value jsonb, event_time bigint NOT NULL, event_id text NOT NULL, expires_at bigint, version bigint NOT NULL,
    PRIMARY KEY (key, name)
  );
  CREATE INDEX context_variables_expiring ON context_variables (expires_at) WHERE value IS NOT NULL;
  -- Has no personal data: the key is a hash.
  CREATE TABLE context_erasures (key text PRIMARY KEY, erased_at bigint NOT NULL);
  `,
  `
  -- The key of the user of the event that set a variable of a conversation.
  ALTER TABLE context_variables ADD COLUMN owner text;
  CREATE INDEX context_variables_owned ON context_variables (owner) WHERE owner IS NOT NULL;
  `,
];

/** Its payload is a comma-separated list of keys. */
export const CHANGES = 'context_changes';

/** The database's clock, in ms: instances may disagree. */
export const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/**
 * A version is the time of its change, or the previous version plus one. It grows with each change, also when a
 * subject is erased and comes back.
 */
export const NEXT_VERSION = `greatest(known.version + 1, ${NOW})`;
