import type { Database } from '@switchboard/database';
import { KEPT_DAYS } from './definitions.ts';

export type InstanceState = 'waiting' | 'completed' | 'timed_out' | 'cancelled';

export interface ListedInstance {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly key: string;
  readonly round: number;
  readonly state: InstanceState;
  /** The numbers of the slots that have their event. */
  readonly filled: readonly number[];
  readonly openedAt: number;
  readonly dueAt: number | undefined;
  readonly endedAt: number | undefined;
}

export interface Selection {
  readonly tenant: string;
  readonly flow?: string | undefined;
  readonly key?: string | undefined;
  readonly state?: InstanceState | undefined;
  readonly limit: number;
}

export interface InstanceList {
  /** The oldest first. */
  list(selection: Selection): Promise<ListedInstance[]>;
  /** @returns its flow; undefined when no such instance waits */
  cancel(tenant: string, id: string): Promise<string | undefined>;
  /** Cancels what waits for a person, and forgets the events that name the person. @returns how many instances */
  erase(tenant: string, userId: string): Promise<number>;
  /** Forgets the events of instances that ended long ago, and events that no sender repeats any more. */
  tidy(): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly key: string;
  readonly round: number;
  readonly state: InstanceState;
  readonly filled: string[];
  readonly opened_at: Date | string;
  readonly due_at: Date | string | null;
  readonly ended_at: Date | string | null;
}

/** Rows changed in one statement, so that none holds locks for long. */
const TIDIED_AT_ONCE = 1_000;

export function createInstanceList(database: Database): InstanceList {
  return {
    async list({ tenant, flow = null, key = null, state = null, limit }) {
      const rows = await database.query<Row>(
        `SELECT id::text, flow, version, key, round, state, ARRAY(SELECT jsonb_object_keys(slots)) AS filled,
           opened_at, due_at, ended_at
         FROM flows.instances
         WHERE tenant = $1 AND ($2::text IS NULL OR flow = $2) AND ($3::text IS NULL OR key = $3)
           AND ($4::text IS NULL OR state = $4)
         ORDER BY opened_at, id LIMIT $5`,
        [tenant, flow, key, state, limit],
      );
      return rows.map(({ filled, opened_at, due_at, ended_at, ...row }) => ({
        ...row,
        filled: filled.map(Number).sort((one, other) => one - other),
        openedAt: timeOf(opened_at) as number,
        dueAt: timeOf(due_at),
        endedAt: timeOf(ended_at),
      }));
    },
    async cancel(tenant, id) {
      const [row] = await database.query<{ flow: string }>(
        `UPDATE flows.instances SET state = 'cancelled', ended_at = clock_timestamp()
         WHERE tenant = $1 AND id = $2::bigint AND state = 'waiting' RETURNING flow`,
        [tenant, id],
      );
      return row?.flow;
    },
    async erase(tenant, userId) {
      // Any text of a kept event may be the person's id.
      const rows = await database.query(
        `UPDATE flows.instances SET slots = '{}', state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END,
           ended_at = coalesce(ended_at, clock_timestamp())
         WHERE tenant = $1
           AND jsonb_path_exists(slots, '$.**.fields.** ? (@ == $id)', jsonb_build_object('id', $2::text))
         RETURNING id`,
        [tenant, userId],
      );
      return rows.length;
    },
    async tidy() {
      // The newest round stays: the next one continues its number, and `once` counts from it.
      await database.query(
        `WITH emptied AS (
           UPDATE flows.instances SET slots = '{}' WHERE id IN (
             SELECT id FROM flows.instances WHERE ended_at < now() - interval '${KEPT_DAYS} days' AND slots <> '{}'
             ORDER BY ended_at LIMIT ${TIDIED_AT_ONCE} FOR UPDATE SKIP LOCKED)
           RETURNING tenant, flow, key, round)
         DELETE FROM flows.instances x USING emptied e
         WHERE x.tenant = e.tenant AND x.flow = e.flow AND x.key = e.key AND x.round < e.round`,
      );
      await database.query(
        `DELETE FROM flows.events WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM flows.events WHERE seen_at < now() - interval '${KEPT_DAYS} days' LIMIT ${TIDIED_AT_ONCE}))`,
      );
    },
  };
}

const timeOf = (time: Date | string | null): number | undefined =>
  time === null ? undefined : new Date(time).getTime();
