import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { changeWith, newId } from '../../fixtures/changes.ts';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { createContextStore } from './context-store.ts';
import { LOCK } from './set-variables.ts';

describe('changes and erasures', () =>
  onEachDatabase((database) => {
    /** Holds the lock as another instance does, and says when it has let go. */
    async function hold(lock: string) {
      const held = { isReleased: false };
      const holding = database().transact([{ sql: `SELECT ${lock}(${LOCK})` }, { sql: 'SELECT pg_sleep(1)' }]);
      void holding.then(() => {
        held.isReleased = true;
      });
      await until('the lock is held', async () => {
        const locks = await database().query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted");
        return locks.length > 0 || held.isReleased;
      });
      return held;
    }

    it('wait for an erasure that is under way', async () => {
      const store = await createContextStore(database());
      const held = await hold('pg_advisory_xact_lock');
      await store.set([changeWith({ id: newId() })]);
      assert.ok(held.isReleased);
    });

    it('wait for changes that are under way', async () => {
      const store = await createContextStore(database());
      const held = await hold('pg_advisory_xact_lock_shared');
      await store.erase({ tenant: 'acme', scope: 'user', id: newId() });
      assert.ok(held.isReleased);
    });
  }));
