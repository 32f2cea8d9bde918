import type { Database } from '@switchboard/database';

export interface DueInstance {
  readonly id: string;
  readonly tenant: string;
  readonly flow: string;
  readonly version: number;
  readonly key: string;
  readonly round: number;
  readonly dueAt: number;
}

export interface DueInstances {
  /** Claims instances whose time is over, the longest overdue first. Another instance of the service gets others. */
  claim(limit: number): Promise<DueInstance[]>;
  /** Their time-out is published: they are not claimed again. */
  announced(ids: readonly string[]): Promise<void>;
}

/** After a crash between claim and publication, another claim comes this much later. Publishing twice is harmless. */
const CLAIM_MS = 3_000;

export function createDueInstances(database: Database): DueInstances {
  return {
    async claim(limit) {
      const rows = await database.query<Omit<DueInstance, 'dueAt'> & { due_at: Date | string }>(
        `UPDATE flows.instances x SET claimed_until = clock_timestamp() + ${CLAIM_MS} * interval '1 ms'
         FROM (SELECT id FROM flows.instances WHERE state = 'waiting' AND NOT announced AND due_at <= clock_timestamp()
                 AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
               ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
         WHERE x.id = due.id
         RETURNING x.id::text, x.tenant, x.flow, x.version, x.key, x.round, x.due_at`,
        [limit],
      );
      return rows.map(({ due_at, ...row }) => ({ ...row, dueAt: new Date(due_at).getTime() }));
    },
    async announced(ids) {
      // Waiting for a lock here could deadlock with a step; an instance that is passed over is announced again.
      await database.query(
        `UPDATE flows.instances x SET announced = true
         FROM (SELECT id FROM flows.instances WHERE id = ANY($1::bigint[]) FOR UPDATE SKIP LOCKED) published
         WHERE x.id = published.id`,
        [ids],
      );
    },
  };
}
