import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { changeWith, newId } from '../../fixtures/changes.ts';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { createContextStore } from './context-store.ts';
import { LOCK } from './set-variables.ts';

describe('changes and erasures', () =>
  onEachDatabase((database) => {
    const NOW = 'SELECT extract(epoch FROM clock_timestamp())::float8 AS now';

    /** Holds the lock for a second, as another instance does. */
    async function hold(lock: string) {
      const work = [{ sql: `SELECT ${lock}(${LOCK})` }, { sql: 'SELECT pg_sleep(1)' }, { sql: NOW }];
      let isReleased = false;
      const holding = database()
        .transact(work)
        .finally(() => {
          isReleased = true;
        });
      await until('the lock is held', async () => {
        const locks = await database().query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted");
        return locks.length > 0 || isReleased;
      });
      return {
        /** By the database's clock: the answers of two connections may be read in either order. */
        async assertReleased() {
          const [done] = await database().query<{ now: number }>(NOW);
          const [released] = (await holding)[2] as { now: number }[];
          assert.ok((done?.now ?? 0) > (released?.now ?? Number.POSITIVE_INFINITY));
        },
      };
    }

    it('wait for an erasure that is under way', async () => {
      const store = await createContextStore(database());
      const held = await hold('pg_advisory_xact_lock');
      await store.set([changeWith({ id: newId() })]);
      await held.assertReleased();
    });

    it('wait for changes that are under way', async () => {
      const store = await createContextStore(database());
      const held = await hold('pg_advisory_xact_lock_shared');
      await store.erase({ tenant: 'acme', scope: 'user', id: newId() });
      await held.assertReleased();
    });
  }));
