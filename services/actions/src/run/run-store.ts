import type { Caller } from '@switchboard/callers';
import type { Database } from '@switchboard/database';
import type { Outcome } from './outcome.ts';
import type { Input } from './perform.ts';

export interface StoredRun {
  readonly id: string;
  /** Without scopes: they were checked before. */
  readonly caller: Caller;
  readonly action: string;
  readonly version: string;
  /** Undefined once the run is done. */
  readonly input: Input | undefined;
  readonly inputHash: string;
  readonly conversationId: string | undefined;
  readonly state: 'unconfirmed' | 'running' | 'done';
  readonly followUp: boolean;
  readonly outcome: Outcome | undefined;
  /** From its start to its end, or until now. */
  readonly ms: number;
  /** How long it may still be tried. */
  readonly leftMs: number;
}

export interface NewRun
  extends Pick<StoredRun, 'id' | 'caller' | 'action' | 'version' | 'inputHash' | 'conversationId'> {
  readonly input: Input;
  readonly deadlineMs: number;
}

export interface RunStore {
  /** Keeps a run that goes on after its 202. `ranMs` is how long it has run. */
  promise(run: NewRun, ranMs: number): Promise<void>;
  /** Keeps a run that has ended, until its audit is published. */
  keepEnded(run: NewRun, ranMs: number, outcome: Outcome): Promise<void>;
  /** Keeps a write before it runs. @returns the earlier run of the idempotency key or the request, if there is one */
  begin(run: NewRun, idempotencyKey: string | undefined): Promise<StoredRun | undefined>;
  /** Keeps a write that waits for the person's yes. */
  ask(run: NewRun, confirmHash: string, forMs: number): Promise<void>;
  /**
   * Starts a write whose token, caller, action and input are those of `ask`.
   * @returns the run, and whether this call started it; undefined if there is none
   */
  confirm(run: Omit<NewRun, 'id'>, confirmHash: string): Promise<{ run: StoredRun; started: boolean } | undefined>;
  /** The result of a run in progress follows as a message. False if another instance has the run. */
  follow(id: string): Promise<boolean>;
  /** Keeps the result, and whether it follows as a message. False if another instance has the run. */
  finish(id: string, outcome: Outcome, followUp: boolean): Promise<boolean>;
  /** Nothing is left to do for the run. */
  close(id: string): Promise<void>;
  find(id: string, caller: Pick<Caller, 'tenant' | 'name'>): Promise<StoredRun | undefined>;
  /** Renews the leases of this instance. @returns the runs that it has */
  renew(): Promise<ReadonlySet<string>>;
  /** Takes runs whose instance is gone. */
  takeOver(most: number): Promise<readonly StoredRun[]>;
  /** Leaves the runs of this instance to others. */
  release(): Promise<void>;
  expire(): Promise<void>;
  /**
   * Deletes the runs of everyone with this e-mail address or user id. Those under way end first.
   * @returns how many
   */
  erase(tenant: string, person: NonNullable<Caller['person']>): Promise<number>;
}

export interface RunStoreOptions {
  database: Database;
  /** Names this process. */
  instance: string;
  leaseMs: number;
  /** How long results, and idempotency keys with them, are kept. */
  keptMs: number;
}

const COLUMNS = `id, tenant, caller, caller_kind, person, action, version, input, input_hash, conversation_id, state, follow_up,
  outcome, (extract(epoch FROM coalesce(finished_at, now()) - started_at) * 1000)::float8 AS ms,
  (extract(epoch FROM deadline - now()) * 1000)::float8 AS left_ms`;

interface Row {
  id: string;
  tenant: string;
  caller: string;
  caller_kind: Caller['kind'];
  person: string;
  action: string;
  version: string;
  input: string | null;
  input_hash: string;
  conversation_id: string | null;
  state: StoredRun['state'];
  follow_up: boolean;
  outcome: string | null;
  ms: number;
  left_ms: number;
}

const fromRow = (row: Row): StoredRun => ({
  id: row.id,
  caller: { kind: row.caller_kind, tenant: row.tenant, name: row.caller, person: personFrom(row.person), scopes: [] },
  action: row.action,
  version: row.version,
  input: row.input === null ? undefined : (JSON.parse(row.input) as Input),
  inputHash: row.input_hash,
  conversationId: row.conversation_id ?? undefined,
  state: row.state,
  followUp: row.follow_up,
  outcome: row.outcome === null ? undefined : (JSON.parse(row.outcome) as Outcome),
  ms: row.ms,
  leftMs: row.left_ms,
});

/** Two callers are the same person if both names are. */
export const personKey = ({ person = {} }: Pick<Caller, 'person'>): string =>
  JSON.stringify([person.email ?? null, person.userId ?? null]);

function personFrom(key: string): Caller['person'] {
  const [email, userId] = JSON.parse(key) as [string | null, string | null];
  if (email === null && userId === null) return undefined;
  return { ...(email === null ? {} : { email }), ...(userId === null ? {} : { userId }) };
}

/** A signature is valid for 5 minutes around its time. */
const REPLAYABLE_MS = 660_000;

const INSERT = `INSERT INTO actions.runs (id, tenant, caller, caller_kind, person, action, version, input, input_hash,
  conversation_id, deadline, lease_owner, started_at, lease_until, state, open, follow_up, idempotency_key, confirm_hash, expires_at, request_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11 * interval '1 ms', $12, now() - $13 * interval '1 ms',
    now() + $14 * interval '1 ms', $15, $16, $17, $18, $19, now() + $20 * interval '1 ms', $21)`;

export function createRunStore({ database, instance, leaseMs, keptMs }: RunStoreOptions): RunStore {
  interface Insertion {
    ranMs?: number;
    state?: StoredRun['state'];
    followUp?: boolean;
    idempotencyKey?: string | undefined;
    requestId?: string | undefined;
    confirmHash?: string;
    expiresMs?: number;
  }
  const valuesOf = (run: NewRun, { ranMs = 0, state = 'running', ...more }: Insertion): unknown[] => [
    ...[run.id, run.caller.tenant, run.caller.name, run.caller.kind, personKey(run.caller), run.action, run.version],
    ...[
      JSON.stringify(run.input),
      run.inputHash,
      run.conversationId ?? null,
      run.deadlineMs - ranMs,
      instance,
      ranMs,
      leaseMs,
    ],
    ...[state, state === 'running', more.followUp ?? false, more.idempotencyKey ?? null, more.confirmHash ?? null],
    ...[more.expiresMs ?? keptMs + run.deadlineMs, more.requestId ?? null],
  ];

  async function has(sql: string, values: readonly unknown[]): Promise<boolean> {
    return (await database.query(sql, values)).length > 0;
  }

  return {
    async promise(run, ranMs) {
      await database.query(INSERT, valuesOf(run, { ranMs, followUp: true }));
    },
    async keepEnded(run, ranMs, outcome) {
      await database.transact([
        { sql: INSERT, values: valuesOf(run, { ranMs }) },
        {
          sql: `UPDATE actions.runs SET state = 'done', input = NULL, outcome = $2, finished_at = now() WHERE id = $1`,
          values: [run.id, JSON.stringify(outcome)],
        },
      ]);
    },
    async begin(run, idempotencyKey) {
      const { caller, action } = run;
      const { requestId } = caller;
      const insertion = valuesOf(run, { idempotencyKey, requestId });
      const added = await has(`${INSERT} ON CONFLICT DO NOTHING RETURNING id`, insertion);
      if (added) return undefined;
      const [row] = await database.query<Row>(
        `SELECT ${COLUMNS} FROM actions.runs
         WHERE tenant = $1 AND caller = $2
           AND (request_id = $6 OR (person = $3 AND action = $4 AND idempotency_key = $5))
         ORDER BY request_id = $6 DESC NULLS LAST LIMIT 1`,
        [caller.tenant, caller.name, personKey(caller), action, idempotencyKey ?? null, requestId ?? null],
      );
      if (row === undefined) throw new Error('a run with the same id exists');
      return fromRow(row);
    },
    async ask(run, confirmHash, forMs) {
      await database.query(INSERT, valuesOf(run, { state: 'unconfirmed', confirmHash, expiresMs: forMs }));
    },
    async confirm({ caller, action, version, inputHash, deadlineMs }, confirmHash) {
      const same = `tenant = $1 AND caller = $2 AND person = $3 AND action = $4 AND input_hash = $5 AND confirm_hash = $6`;
      const values = [caller.tenant, caller.name, personKey(caller), action, inputHash, confirmHash];
      const [started] = await database.query<Row>(
        `UPDATE actions.runs SET state = 'running', open = true, started_at = now(), lease_owner = $7,
           lease_until = now() + $8 * interval '1 ms', deadline = now() + $9 * interval '1 ms',
           expires_at = now() + ($9 + $10) * interval '1 ms'
         WHERE ${same} AND version = $11 AND state = 'unconfirmed' AND expires_at > now() RETURNING ${COLUMNS}`,
        [...values, instance, leaseMs, deadlineMs, keptMs, version],
      );
      if (started !== undefined) return { run: fromRow(started), started: true };
      const [earlier] = await database.query<Row>(
        `SELECT ${COLUMNS} FROM actions.runs WHERE ${same} AND state <> 'unconfirmed'`,
        values,
      );
      return earlier && { run: fromRow(earlier), started: false };
    },
    follow: (id) =>
      has(
        `UPDATE actions.runs SET follow_up = true WHERE id = $1 AND lease_owner = $2 AND state = 'running' RETURNING id`,
        [id, instance],
      ),
    finish: (id, outcome, followUp) =>
      has(
        `UPDATE actions.runs SET state = 'done', input = NULL, outcome = $3, finished_at = now(),
           expires_at = now() + CASE WHEN erased THEN 0 WHEN request_id IS NULL THEN $4
             ELSE greatest($4, ${REPLAYABLE_MS}) END * interval '1 ms',
           follow_up = follow_up OR $5
         WHERE id = $1 AND lease_owner = $2 AND state = 'running' RETURNING id`,
        [id, instance, JSON.stringify(outcome), keptMs, followUp],
      ),
    async close(id) {
      await database.query('UPDATE actions.runs SET open = false WHERE id = $1 AND lease_owner = $2', [id, instance]);
    },
    async find(id, { tenant, name }) {
      const [row] = await database.query<Row>(
        `SELECT ${COLUMNS} FROM actions.runs WHERE id = $1 AND tenant = $2 AND caller = $3 AND state <> 'unconfirmed' AND NOT erased`,
        [id, tenant, name],
      );
      return row && fromRow(row);
    },
    async renew() {
      const rows = await database.query<{ id: string }>(
        `UPDATE actions.runs SET lease_until = now() + $2 * interval '1 ms' WHERE open AND lease_owner = $1 RETURNING id`,
        [instance, leaseMs],
      );
      return new Set(rows.map(({ id }) => id));
    },
    async takeOver(most) {
      const rows = await database.query<Row>(
        `UPDATE actions.runs SET lease_owner = $1, lease_until = now() + $2 * interval '1 ms'
         WHERE id IN (SELECT id FROM actions.runs WHERE open AND lease_until < now()
           ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING ${COLUMNS}`,
        [instance, leaseMs, most],
      );
      return rows.map(fromRow);
    },
    async release() {
      await database.query('UPDATE actions.runs SET lease_until = now() WHERE open AND lease_owner = $1', [instance]);
    },
    async erase(tenant, { email, userId }) {
      const whose = `tenant = $1 AND (lower(person::jsonb ->> 0) = lower($2) OR person::jsonb ->> 1 = $3)`;
      const values = [tenant, email ?? null, userId ?? null];
      const [deleted = [], underWay = []] = await database.transact([
        { sql: `DELETE FROM actions.runs WHERE ${whose} AND NOT open RETURNING id`, values },
        { sql: `UPDATE actions.runs SET erased = true WHERE ${whose} RETURNING id`, values },
      ]);
      return deleted.length + underWay.length;
    },
    async expire() {
      await database.query(
        `DELETE FROM actions.runs WHERE id IN (SELECT id FROM actions.runs WHERE NOT open AND expires_at < now() LIMIT 1000)`,
      );
    },
  };
}
