import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { AnyEvent, EventType } from '@switchboard/events';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { createOutside, openEngine } from '../../fixtures/engine.ts';
import { eventOf } from '../../fixtures/events.ts';
import { type ToyFlow, toyFlow } from '../../fixtures/toy-flow.ts';
import { stateMigrations } from './migrations.ts';

onEachDatabase((databaseOf) => {
  before(() => databaseOf().migrate('flows', stateMigrations));

  /** Two versions of a flow, and the processes of the service that have one or the other in their files. */
  function stage() {
    const [database, tenant, outside] = [databaseOf(), randomUUID(), createOutside()];
    const flow = `toy-${tenant.slice(0, 8)}`;
    const types: EventType[] = ['payment.confirmed', 'inventory.reserved', 'order.created'];
    const second: ToyFlow = { name: flow, version: 2, types, withinMs: 3_600_000 };
    const first: ToyFlow = { name: flow, version: 1, types: types.slice(0, 2), withinMs: 3_600_000 };
    const compile = ({ version }: { version: number }) => toyFlow(version === 1 ? first : second);
    return {
      first,
      second,
      open: (...files: ToyFlow[]) => openEngine({ database, flows: files.map(toyFlow), outside, compile }),
      event: (type: EventType, orderId = 'o', id = '1'): AnyEvent => eventOf(type, id, { orderId }, tenant),
      outcomes: () =>
        [...outside.effects].map(([key, { effect }]) => {
          const [, , version] = key.replace(`${tenant}:`, '').split(':');
          return `${effect.kind === 'node' && effect.node} v${version}`;
        }),
      repetitions: () => outside.repetitions,
    };
  }

  describe('versions of a flow', () => {
    it('an instance ends by the version that opened it, and new ones open on the new version', async () => {
      const { first, second, open, event, outcomes } = stage();
      const before = open(first);
      await before.handle(event('payment.confirmed'));
      const after = open(second);
      await after.versions.refresh();
      await after.handle(event('inventory.reserved'));
      assert.deepEqual(outcomes(), ['then v1']);
      for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await after.handle(event(type, 'new'));
      assert.deepEqual(outcomes(), ['then v1']);
      await after.handle(event('order.created', 'new'));
      assert.deepEqual(outcomes(), ['then v1', 'then v2']);
    });

    it('a process that has not heard of the version of an instance finds it in the database', async () => {
      const { first, second, open, event, outcomes } = stage();
      await open(first).handle(event('payment.confirmed'));
      await open(second).handle(event('inventory.reserved'));
      assert.deepEqual(outcomes(), ['then v1']);
      await open(second).handle(event('payment.confirmed', 'other'));
      await open(first).handle(event('inventory.reserved', 'other'));
      await open(second).handle(event('order.created', 'other'));
      assert.deepEqual(outcomes(), ['then v1', 'then v2']);
    });

    it('an effect of the old version is repeated, not done by the new version as well', async () => {
      const { first, second, open, event, outcomes, repetitions } = stage();
      const before = open(first);
      for (const type of ['payment.confirmed', 'inventory.reserved'] as const) await before.handle(event(type));
      const after = open(second);
      await after.versions.refresh();
      for (const type of ['payment.confirmed', 'inventory.reserved', 'order.created'] as const)
        await after.handle(event(type));
      assert.deepEqual([outcomes(), repetitions()], [['then v1'], 1]);
    });

    it('a flow that left the files finishes its instances and opens none', async () => {
      const { first, open, event, outcomes } = stage();
      await open(first).handle(event('payment.confirmed'));
      const after = open();
      await after.versions.refresh();
      assert.equal(await after.handle(event('payment.confirmed', 'other')), undefined);
      await after.handle(event('inventory.reserved', 'other'));
      await after.handle(event('inventory.reserved'));
      assert.deepEqual(outcomes(), ['then v1']);
    });

    it('a version with another definition than the one in use is refused', async () => {
      const { first, open, event, outcomes } = stage();
      await open(first).handle(event('payment.confirmed'));
      const other = open();
      other.load([{ ...toyFlow(first), hash: 'other' }]);
      await assert.rejects(other.handle(event('inventory.reserved')), /Version 1 of the flow .* another definition/);
      assert.deepEqual(outcomes(), []);
      other.load([toyFlow(first)]);
      await other.handle(event('inventory.reserved'));
      assert.deepEqual(outcomes(), ['then v1']);
    });
  });
});
