import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { Database } from '@switchboard/database';
import type { AnyEvent, EventOf, EventType } from '@switchboard/events';
import { createLogger } from '@switchboard/service';
import { until } from '@switchboard/stack/until';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { createOutside, openEngine } from '../../fixtures/engine.ts';
import { eventOf } from '../../fixtures/events.ts';
import { toyFlow } from '../../fixtures/toy-flow.ts';
import { stateMigrations } from '../state/migrations.ts';
import { createDueInstances } from './due-instances.ts';
import { startTimers } from './timers.ts';

const WAITING = 10_000;
const logger = createLogger('timers', 'silent');

/** Instances that were opened now, as events open them, without a statement for each. */
const openMany = (database: Database, tenant: string, count: number, dueInMs: number): Promise<unknown> =>
  database.query(
    `INSERT INTO flows.instances (tenant, flow, key, round, version, state, slots, once, opened_at, due_at)
     SELECT $1, 'toy', 'k-' || n || '-' || $3, 1, 1, 'waiting',
       '{"0": {"event": "e", "kept": {"eventId": "e", "occurredAt": 1, "hops": 0, "fields": {}}}}', 'key',
       clock_timestamp(), clock_timestamp() + $3::float8 * interval '1 ms'
     FROM generate_series(1, $2::int) AS n`,
    [tenant, count, dueInMs],
  );

onEachDatabase((databaseOf) => {
  before(() => databaseOf().migrate('flows', stateMigrations));

  /** Timers that hand their events over. */
  function watch(database: Database, tenant: string, pollMs?: number) {
    const events: EventOf<'flow.timeout'>[] = [];
    const lateness: number[] = [];
    const timers = startTimers({
      due: createDueInstances(database),
      async publish(event: AnyEvent) {
        if (event.meta.tenant !== tenant) return;
        events.push(event as EventOf<'flow.timeout'>);
        lateness.push(Date.now() - event.meta.occurredAt);
      },
      logger,
      ...(pollMs === undefined ? {} : { pollMs }),
    });
    return { events, lateness, timers };
  }

  describe('time-outs', () => {
    it('come within a second of their time while 10,000 others wait, and those of a pause come at once', async () => {
      const [database, tenant] = [databaseOf(), randomUUID()];
      await openMany(database, tenant, WAITING, 3_600_000);
      await openMany(database, tenant, 20, 0);
      const { events, lateness, timers } = watch(database, tenant);
      await until('those of the pause are published', () => events.length >= 20);
      lateness.length = 0;
      for (let one = 0; one < 20; one += 1) await openMany(database, tenant, 1, 1_500 + one * 300);
      await until('the others are published', () => events.length >= 40);
      await timers.stop();
      assert.equal(new Set(events.map(({ meta }) => meta.id)).size, 40);
      // The median of several seconds: a busy machine may delay some.
      const median = lateness.toSorted((one, other) => one - other)[10] as number;
      assert.ok(median <= 1_000, `${median} ms late`);
    });

    it('are published once by two processes that share the database', async () => {
      const [database, tenant] = [databaseOf(), randomUUID()];
      await openMany(database, tenant, 1_200, 0);
      const [one, other] = [watch(database, tenant, 5), watch(database, tenant, 5)];
      await until('all are published', () => one.events.length + other.events.length >= 1_200);
      await Promise.all([one.timers.stop(), other.timers.stop()]);
      const ids = [...one.events, ...other.events].map(({ meta }) => meta.id);
      assert.equal(new Set(ids).size, 1_200);
      assert.equal(ids.length, 1_200);
    });

    it('that could not be published are published later', async () => {
      const [database, tenant] = [databaseOf(), randomUUID()];
      await openMany(database, tenant, 3, 0);
      let attempts = 0;
      const published = new Set<string>();
      const timers = startTimers({
        due: createDueInstances(database),
        async publish({ meta }) {
          if (meta.tenant !== tenant) return;
          attempts += 1;
          if (attempts <= 2) throw new Error('Kafka is down');
          published.add(meta.id);
        },
        logger,
      });
      await until('all are published', () => published.size === 3);
      await timers.stop();
    });

    it('end the instance with its otherwise, once, however often they are handled; the last event came too late', async () => {
      const [database, tenant, outside] = [databaseOf(), randomUUID(), createOutside()];
      const flow = toyFlow({ withinMs: 1 });
      const engine = openEngine({ database, flows: [flow], outside });
      const [first, last] = flow.slots.map(({ type }) => eventOf(type as EventType, '1', { orderId: 'o' }, tenant));
      await engine.handle(first as AnyEvent);
      let events: AnyEvent[] = [];
      await until('it is due', async () => {
        events = (await engine.dueTimeouts()).filter(({ meta }) => meta.tenant === tenant);
        return events.length > 0;
      });
      for (let time = 0; time < 3; time += 1) await engine.handle(events[0] as AnyEvent);
      assert.equal(await engine.handle(last as AnyEvent), undefined);
      const calls = [...outside.effects.values()];
      assert.deepEqual(
        calls.map(({ effect }) => effect.kind === 'node' && effect.node),
        ['otherwise'],
      );
      assert.equal(outside.repetitions, 2);
    });

    it('after the last event has no effect, and neither has one before its time', async () => {
      const [database, tenant, outside] = [databaseOf(), randomUUID(), createOutside()];
      const flow = toyFlow({ withinMs: 3_600_000 });
      const engine = openEngine({ database, flows: [flow], outside });
      const events = flow.slots.map(({ type }) => eventOf(type as EventType, '1', { orderId: 'o' }, tenant));
      const meta = { ...(events[0] as AnyEvent).meta, type: 'flow.timeout' };
      const early = { meta, flow: 'toy', version: 1, key: 'o', round: 1, dueAt: 1 } as unknown as AnyEvent;
      await engine.handle(events[0] as AnyEvent);
      assert.equal(await engine.handle(early), 'ended_before');
      await engine.handle(events[1] as AnyEvent);
      assert.equal(await engine.handle(early), 'ended_before');
      assert.equal(outside.effects.size, 1);
    });
  });
});
