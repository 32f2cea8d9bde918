import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { EventType } from '@switchboard/events';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { createOutside, openEngine } from '../../fixtures/engine.ts';
import { eventOf } from '../../fixtures/events.ts';
import { toyFlow } from '../../fixtures/toy-flow.ts';
import { createInstanceList } from './instance-list.ts';
import { stateMigrations } from './migrations.ts';

onEachDatabase((databaseOf) => {
  before(() => databaseOf().migrate('flows', stateMigrations));

  function stage(once: 'key' | 'always' = 'key') {
    const [database, tenant, outside] = [databaseOf(), randomUUID(), createOutside()];
    const engine = openEngine({ database, flows: [toyFlow({ once, withinMs: 3_600_000 })], outside });
    const list = createInstanceList(database);
    const send = (type: EventType, orderId: string, id = '1') => engine.handle(eventOf(type, id, { orderId }, tenant));
    /** As if so many days had passed. */
    const age = (days: number) =>
      database.query(
        `UPDATE flows.instances SET ended_at = ended_at - $2::float8 * interval '1 day' WHERE tenant = $1`,
        [tenant, days],
      );
    return { tenant, outside, list, send, age, all: () => list.list({ tenant, limit: 100 }) };
  }

  describe('the list of instances', () => {
    it('is that of a tenant, narrowed by flow, key and state, the oldest first', async () => {
      const { tenant, list, send } = stage();
      for (const order of ['A', 'B', 'C']) await send('payment.confirmed', order);
      await send('inventory.reserved', 'B');
      const keysOf = async (selection: object) =>
        (await list.list({ tenant, limit: 10, ...selection })).map(({ key }) => key);
      assert.deepEqual(await keysOf({}), ['A', 'B', 'C']);
      assert.deepEqual(await keysOf({ state: 'waiting' }), ['A', 'C']);
      assert.deepEqual(await keysOf({ state: 'completed', flow: 'toy' }), ['B']);
      assert.deepEqual(await keysOf({ key: 'C' }), ['C']);
      assert.deepEqual(await keysOf({ flow: 'other' }), []);
      assert.deepEqual(await keysOf({ limit: 1 }), ['A']);
      assert.deepEqual(await keysOf({ tenant: 'other' }), []);
      const [first] = await list.list({ tenant, limit: 1 });
      assert.deepEqual(first?.filled, [0]);
      assert.equal((first?.dueAt ?? 0) - (first?.openedAt ?? 0), 3_600_000);
    });

    it('cancels an instance that waits, once and for its tenant only; its last event then has no effect', async () => {
      const { tenant, outside, list, send, all } = stage();
      await send('payment.confirmed', 'A');
      const [instance] = await all();
      assert.equal(await list.cancel('other', instance?.id ?? ''), undefined);
      assert.equal(await list.cancel(tenant, instance?.id ?? ''), 'toy');
      assert.equal(await list.cancel(tenant, instance?.id ?? ''), undefined);
      await send('inventory.reserved', 'A');
      assert.equal(outside.effects.size, 0);
    });

    it('erases what names a person: what waits is cancelled, and no event is kept', async () => {
      const { tenant, outside, list, send, all } = stage();
      await send('payment.confirmed', 'A');
      for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await send(type, 'B');
      // The toy flow keeps the order's id.
      assert.equal(await list.erase('other', 'A'), 0);
      assert.equal(await list.erase(tenant, 'A'), 1);
      assert.equal(await list.erase(tenant, 'B'), 1);
      assert.deepEqual(
        (await all()).map(({ state, filled }) => [state, filled]),
        [
          ['cancelled', []],
          ['completed', []],
        ],
      );
      await send('inventory.reserved', 'A');
      await send('inventory.reserved', 'B');
      assert.equal(outside.effects.size, 1);
    });

    it('forgets events after eight days, but not that the key has had its outcome', async () => {
      const { outside, list, send, age, all } = stage();
      for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await send(type, 'A');
      await age(7);
      await list.tidy();
      assert.deepEqual((await all())[0]?.filled, [0, 1]);
      await age(2);
      await list.tidy();
      assert.deepEqual((await all())[0]?.filled, []);
      for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await send(type, 'A', 'later');
      assert.equal(outside.effects.size, 1);
    });

    it('removes old rounds, but not the newest, whose number the next one continues', async () => {
      const { outside, list, send, age, all } = stage('always');
      for (const id of ['1', '2', '3']) {
        for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await send(type, 'A', id);
      }
      await age(9);
      await list.tidy();
      assert.deepEqual(
        (await all()).map(({ round }) => round),
        [3],
      );
      for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await send(type, 'A', '4');
      assert.deepEqual([(await all()).at(-1)?.round, outside.effects.size], [4, 4]);
    });
  });
});
