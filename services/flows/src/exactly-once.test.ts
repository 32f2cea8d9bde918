import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { Database } from '@switchboard/database';
import type { AnyEvent, EventType } from '@switchboard/events';
import fc from 'fast-check';
import { Crash, type Crashes, createCrashes } from '../fixtures/crashes.ts';
import { onEachDatabase } from '../fixtures/databases.ts';
import { createOutside, type Engine, type Outside, openEngine } from '../fixtures/engine.ts';
import { eventOf } from '../fixtures/events.ts';
import { type Happening, modelOf } from '../fixtures/model.ts';
import { toyFlow } from '../fixtures/toy-flow.ts';
import type { Flow } from './flow/flow.ts';
import { stateMigrations } from './state/migrations.ts';

const TYPES: readonly EventType[] = ['payment.confirmed', 'inventory.reserved', 'order.created'];
const RUNS = 60;

/** Each run has a tenant of its own. */
const newTenant = (): string => `t-${randomUUID().slice(0, 12)}`;

const flows = fc
  .record({
    kind: fc.constantFrom<Flow['kind']>('all', 'any', 'on'),
    size: fc.integer({ min: 1, max: 3 }),
    once: fc.constantFrom<Flow['once']>('key', 'always', { everyMs: 3_600_000 }),
  })
  .map(({ kind, size, once }) =>
    toyFlow({ kind, once, withinMs: 3_600_000, types: TYPES.slice(0, kind === 'on' ? 1 : size) }),
  );

const happening = (slots: number): fc.Arbitrary<Happening> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('event' as const),
        slot: fc.integer({ min: 0, max: slots - 1 }),
        // Few ids, so that duplicates are frequent. Events of different types may share one.
        id: fc.constantFrom('1', '2', '3'),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'time_out' } as const) },
  );

const crashPoint = fc.option(fc.integer({ min: -6, max: 6 }).filter((at) => at !== 0));

const toEvent = (tenant: string, flow: Flow, { slot, id }: Extract<Happening, { kind: 'event' }>): AnyEvent =>
  eventOf(flow.slots[slot]?.type as EventType, id, { orderId: 'o-1' }, tenant);

/** Moves the time of what waits into the past. */
const elapse = (database: Database, tenant: string): Promise<unknown> =>
  database.query(
    `UPDATE flows.instances SET due_at = clock_timestamp() - interval '1 s', claimed_until = NULL
     WHERE tenant = $1 AND state = 'waiting'`,
    [tenant],
  );

/** Delivers as the consumer does: again until it is done. The first attempt ends at the crash. */
async function deliver(engine: Engine, event: AnyEvent, crashes: Crashes, at: number | null): Promise<void> {
  crashes.at = at ?? undefined;
  try {
    await engine.handle(event);
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    crashes.at = undefined;
    await engine.handle(event);
  }
}

const outcomesOf = ({ effects }: Outside): string[] =>
  [...effects.values()].map(({ effect }) => {
    assert.ok(effect.kind === 'node');
    return `${effect.node}:${(effect.variables.events as string[]).map((id) => id ?? '-')}`;
  });

onEachDatabase((databaseOf) => {
  before(() => databaseOf().migrate('flows', stateMigrations));

  describe('the outcomes of a key', () => {
    it('a key has the outcomes of the model, whatever the order, the duplicates and the crashes', async () => {
      const database = databaseOf();
      const script = flows.chain((flow) =>
        fc.tuple(
          fc.constant(flow),
          fc.array(fc.tuple(happening(flow.slots.length), crashPoint), { minLength: 1, maxLength: 12 }),
        ),
      );
      await fc.assert(
        fc.asyncProperty(script, async ([flow, steps]) => {
          const [tenant, outside] = [newTenant(), createOutside()];
          for (const [step, at] of steps) {
            // Each step may meet another process of the service, and one that has just started.
            const crashes = createCrashes();
            const engine = openEngine({ database, flows: [flow], outside, crashes });
            if (step.kind === 'event') await deliver(engine, toEvent(tenant, flow, step), crashes, at);
            else {
              await elapse(database, tenant);
              for (const event of await engine.dueTimeouts()) {
                if (event.meta.tenant === tenant) await deliver(engine, event, crashes, at);
              }
            }
          }
          const expected = modelOf(
            flow,
            steps.map(([step]) => step),
          );
          assert.deepEqual(outcomesOf(outside), expected);
        }),
        { numRuns: RUNS },
      );
    });

    it('two processes at once, crashes, and a time-out that races the last event: one outcome, once', async () => {
      const database = databaseOf();
      const script = fc.record({
        slots: fc.integer({ min: 1, max: 3 }),
        duplicates: fc.array(fc.nat({ max: 2 }), { maxLength: 4 }),
        crashes: fc.array(crashPoint, { minLength: 8, maxLength: 8 }),
        timesOut: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(script, fc.scheduler(), async ({ slots, duplicates, crashes, timesOut }, scheduler) => {
          const [tenant, outside] = [newTenant(), createOutside()];
          const flow = toyFlow({ types: TYPES.slice(0, slots), withinMs: 3_600_000 });
          const process = () => {
            const own = createCrashes();
            return { own, engine: openEngine({ database, flows: [flow], outside, crashes: own }) };
          };
          const deliveries = [...Array(slots).keys(), ...duplicates.filter((slot) => slot < slots)];
          const running = deliveries.map(async (slot, index) => {
            const { own, engine } = process();
            await scheduler.schedule(Promise.resolve());
            await deliver(engine, toEvent(tenant, flow, { kind: 'event', slot, id: '1' }), own, crashes[index] ?? null);
          });
          if (timesOut) {
            running.push(
              (async () => {
                const { own, engine } = process();
                await scheduler.schedule(Promise.resolve());
                await elapse(database, tenant);
                for (const event of await engine.dueTimeouts()) {
                  if (event.meta.tenant === tenant) await deliver(engine, event, own, crashes[7] ?? null);
                }
              })(),
            );
          }
          await scheduler.waitAll();
          await Promise.all(running);
          const outcomes = outcomesOf(outside).map((text) => text.split(':')[0]);
          assert.equal(outcomes.length, 1, `one outcome: ${outcomes}`);
          if (!timesOut) assert.deepEqual(outcomes, ['then']);
        }),
        { numRuns: RUNS },
      );
    });
  });
});
