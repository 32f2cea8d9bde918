import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@switchboard/database';
import fc from 'fast-check';
import { changeWith, newId } from '../../fixtures/changes.ts';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { createContextCache } from './context-cache.ts';
import { type ContextStore, createContextStore } from './context-store.ts';
import { readContexts } from './read-contexts.ts';
import { keyOf, type Subject } from './subject.ts';

const user = (id: string): Subject => ({ tenant: 'acme', scope: 'user', id });
const context = (text: string) => ({ version: 1, updatedAt: 1, tag: '1', text });

describe('the cache of contexts', () => {
  it('keeps what was used last, within its bytes', () => {
    const cache = createContextCache(3_000);
    for (const key of ['a', 'b', 'c']) cache.set(key, context('x'.repeat(300)));
    cache.get('a');
    cache.set('d', context('x'.repeat(300)));
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined),
      [true, false, true, true],
    );
    cache.set('e', context('x'.repeat(5_000)));
    assert.equal(cache.get('e'), undefined);
    cache.set('f', null);
    assert.equal(cache.get('f'), null);
    cache.set('f', context('{}'));
    cache.drop('f');
    assert.equal(cache.get('f'), undefined);
  });

  onEachDatabase((database) => {
    const stores: ContextStore[] = [];
    before(async () => {
      for (let count = 0; count < 2; count += 1) stores.push(await createContextStore(database()));
    });
    const uncached = async (subject: Subject) =>
      (await readContexts(database(), createContextCache(), [keyOf(subject)]))[0];

    it('reads what a read without it returns, whatever happens at the same time', async () => {
      const who = fc.nat(1);
      const by = fc.nat(1);
      const step = fc.oneof(
        { weight: 4, arbitrary: fc.record({ kind: fc.constant('set' as const), who, by, value: fc.nat(9), ttl }) },
        { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), who, by }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase' as const), who, by }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const), who, by }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), who, by, ms: fc.nat(5) }) },
      );
      const steps = fc.array(fc.record({ step, waits: fc.boolean() }), { maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const people = [user(newId()), user(newId())];
          const running: Promise<unknown>[] = [];
          /** Only they bring back an earlier state. */
          const erasures = { begun: 0, ended: 0 };
          for (const { step, waits } of all) {
            const subject = people[step.who] as Subject;
            const store = stores[step.by] as ContextStore;
            const perform = async (): Promise<void> => {
              if (step.kind === 'pause') await sleep(step.ms);
              else if (step.kind === 'sweep') await store.sweep();
              else if (step.kind === 'erase') {
                erasures.begun += 1;
                await store.erase(subject);
                erasures.ended += 1;
              } else if (step.kind === 'read') {
                const { ended } = erasures;
                const earlier = await uncached(subject);
                const read = await store.read(subject);
                const later = await uncached(subject);
                if (JSON.stringify(earlier) !== JSON.stringify(later) || erasures.begun !== ended) return;
                assert.deepEqual(read, earlier);
              } else {
                const { value, ttl: ttlMs } = step;
                const eventTime = Date.now() - (value === 0 ? 60_000 : 0);
                await store.set([changeWith({ ...subject, name: `n${value % 3}`, value, eventTime, ttlMs })]);
              }
            };
            const run = perform();
            running.push(run);
            if (waits) await run;
          }
          await Promise.all(running);
          for (const subject of people) {
            for (const store of stores) await settles(store, subject);
          }
        }),
        { numRuns: database().kind === 'embedded' ? 60 : 25 },
      );
    });

    /** A variable may expire between the two reads. */
    async function settles(store: ContextStore, subject: Subject): Promise<void> {
      for (let tries = 0; tries < 5; tries += 1) {
        const read = await store.read(subject);
        if (JSON.stringify(read) === JSON.stringify(await uncached(subject))) return;
        await sleep(1);
      }
      assert.deepEqual(await store.read(subject), await uncached(subject));
    }

    it('never shows an older version after a newer one, and shows what its instance has written', async () => {
      const subject = user(newId());
      const [store, other] = stores as [ContextStore, ContextStore];
      let newest = 0;
      let isWriting = true;
      const readers = [store, other, store].map(async (one) => {
        while (isWriting) {
          const least = newest;
          const { version = 0 } = (await one.read(subject)) ?? {};
          assert.ok(version >= least, `${version} after ${least}`);
          newest = Math.max(newest, version);
          // A cached read alone would leave no turn to the database.
          await nextTurn();
        }
      });
      try {
        for (let value = 0; value < 40; value += 1) {
          const [one, two] = value % 2 === 0 ? [store, other] : [other, store];
          await one.set([changeWith({ ...subject, value, eventTime: 1_700_000_000_000 + value })]);
          for (const reader of [one, two]) {
            assert.equal((await reader.read(subject))?.variables.plan?.value, value);
          }
        }
      } finally {
        isWriting = false;
      }
      await Promise.all(readers);
    });

    it('answers an embedded read without a statement, and one on Postgres without its variables', async () => {
      let statements = 0;
      let texts = 0;
      const counting: Database = {
        ...database(),
        async query<Row>(sql: string, values?: readonly unknown[]) {
          const rows = await database().query<Row>(sql, values);
          if (sql.includes('context_variables')) {
            statements += 1;
            texts += rows.filter((row) => (row as { text?: unknown }).text !== null).length;
          }
          return rows;
        },
      };
      const store = await createContextStore(counting);
      const subject = user(newId());
      await store.set([changeWith(subject)]);
      for (let count = 0; count < 3; count += 1) assert.ok(await store.read(subject));
      assert.deepEqual([statements, texts], database().kind === 'embedded' ? [0, 0] : [3, 1]);
    });
  });
});

const ttl = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined });
