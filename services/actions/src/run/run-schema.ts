/**
 * One row for each run that must outlive its request: writes, and reads that answered 202. JSON is kept as text, since
 * jsonb refuses some strings that JSON allows. `open` is true while there is work left: the backend or the messages.
 */
export const runMigrations: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS actions;
   CREATE TABLE actions.runs (
     id text PRIMARY KEY,
     tenant text NOT NULL,
     caller text NOT NULL,
     caller_kind text NOT NULL,
     person text NOT NULL,
     action text NOT NULL,
     version text NOT NULL,
     input text,
     input_hash text NOT NULL,
     conversation_id text,
     idempotency_key text,
     confirm_hash text UNIQUE,
     state text NOT NULL CHECK (state IN ('unconfirmed', 'running', 'done')),
     open boolean NOT NULL,
     follow_up boolean NOT NULL DEFAULT false,
     outcome text,
     started_at timestamptz NOT NULL DEFAULT now(),
     finished_at timestamptz,
     deadline timestamptz NOT NULL,
     lease_owner text NOT NULL,
     lease_until timestamptz NOT NULL,
     expires_at timestamptz NOT NULL
   );
   CREATE UNIQUE INDEX runs_once ON actions.runs (tenant, caller, person, action, idempotency_key)
     WHERE idempotency_key IS NOT NULL;
   CREATE INDEX runs_open ON actions.runs (lease_until) WHERE open;
   CREATE INDEX runs_expired ON actions.runs (expires_at);`,
  // Of a run that was under way when its person was erased: it goes when it has ended.
  `ALTER TABLE actions.runs ADD COLUMN erased boolean NOT NULL DEFAULT false;`,
  // Of a signed request, each copy of which has the same.
  `ALTER TABLE actions.runs ADD COLUMN request_id text;
   CREATE UNIQUE INDEX runs_of_request ON actions.runs (tenant, caller, request_id) WHERE request_id IS NOT NULL;`,
];
