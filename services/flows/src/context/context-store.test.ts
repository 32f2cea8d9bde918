import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import fc from 'fast-check';
import { changeWith, newId } from '../../fixtures/changes.ts';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { MOST_VARIABLES, VALUE_BYTES } from './change-row.ts';
import { type ContextStore, createContextStore } from './context-store.ts';
import { keyOf, type Subject } from './subject.ts';
import type { Json, VariableChange } from './variables.ts';

const TIME = 1_700_000_000_000;
const user = (id: string, tenant = 'acme'): Subject => ({ tenant, scope: 'user', id });

describe('the context store', () =>
  onEachDatabase((database) => {
    let store: ContextStore;
    before(async () => {
      store = await createContextStore(database());
    });
    const valuesOf = async (subject: Subject): Promise<Record<string, Json>> =>
      Object.fromEntries(
        Object.entries((await store.read(subject))?.variables ?? {}).map(([name, { value }]) => [name, value]),
      );

    it('returns values of every kind with the event that gave them', async () => {
      const id = newId();
      const values: Record<string, Json> = {
        text: 'Zoë "x" \u2028',
        number: -1.5e-7,
        yes: false,
        nothing: null,
        list: [1, ['a']],
        object: { a: { b: [] } },
      };
      await store.set(Object.entries(values).map(([name, value]) => changeWith({ id, name, value })));
      assert.deepEqual(await valuesOf(user(id)), values);
      const { version, variables } = (await store.read(user(id))) ?? assert.fail();
      const { text } = variables;
      assert.deepEqual(text, { value: values.text, eventTime: TIME, eventId: 'e-1', version, expiresAt: null });
      assert.equal(await store.read(user(newId())), undefined);
    });

    it('lets the newest event win, and the event id between equal times', async () => {
      const id = newId();
      await store.set([changeWith({ id, value: 'second', eventTime: TIME + 2, eventId: 'b' })]);
      await store.set([changeWith({ id, value: 'first', eventTime: TIME + 1, eventId: 'z' })]);
      await store.set([changeWith({ id, value: 'same time', eventTime: TIME + 2, eventId: 'B' })]);
      assert.deepEqual(await valuesOf(user(id)), { plan: 'second' });
      await store.set([changeWith({ id, value: 'later id', eventTime: TIME + 2, eventId: 'c' })]);
      assert.deepEqual(await valuesOf(user(id)), { plan: 'later id' });
    });

    it('keeps its version when an event is repeated or late', async () => {
      const id = newId();
      const change = changeWith({ id });
      await store.set([change]);
      const before = await store.read(user(id));
      await store.set([change]);
      await store.set([changeWith({ id, eventTime: TIME - 1, value: 'old' })]);
      assert.deepEqual(await store.read(user(id)), before);
      await store.set([changeWith({ id, name: 'other' })]);
      const after = await store.read(user(id));
      assert.ok((after?.version ?? 0) > (before?.version ?? 0));
      assert.equal(after?.variables.plan?.version, before?.version);
    });

    it('ends in the same state for changes in any order, repeated and concurrent', async () => {
      const one = fc.record({
        who: fc.nat(1),
        name: fc.constantFrom('a', 'b'),
        value: fc.constantFrom<Json | undefined>(undefined, null, 1, 'x', [1]),
        eventTime: fc.integer({ min: TIME, max: TIME + 3 }),
        eventId: fc.constantFrom('E-1', 'e-1', 'e-2', 'é'),
      });
      const runs = fc.array(fc.array(one, { maxLength: 6 }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(runs, fc.infiniteStream(fc.nat()), async (calls, picks) => {
          const people = [newId(), newId()];
          const toChange = ({ who, ...change }: (typeof calls)[0][0]) =>
            changeWith({ ...change, id: people[who] ?? '' });
          const changes = calls.map((call) => call.map(toChange));
          await Promise.all(changes.map((call) => store.set(call)));
          // Replays in another order.
          const again = changes.flat().toSorted(() => ((picks.next().value ?? 0) % 3) - 1);
          for (let from = 0; from < again.length; from += 4) await store.set(again.slice(from, from + 4));
          for (const id of people) {
            assert.deepEqual(await valuesOf(user(id)), modelOf(changes.flat().filter((change) => change.id === id)));
          }
        }),
        { numRuns: 25 },
      );
    });

    it('loses no change of concurrent instances', async () => {
      const id = newId();
      const other = await createContextStore(database());
      await Promise.all(
        Array.from({ length: 60 }, (_, number) =>
          (number % 2 === 0 ? store : other).set([
            changeWith({ id, name: `n${number % 30}`, value: number, eventTime: TIME + number }),
          ]),
        ),
      );
      const expected = Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`n${number}`, number + 30]));
      assert.deepEqual(await valuesOf(user(id)), expected);
    });

    it('removes a variable, and an older event does not bring it back', async () => {
      const id = newId();
      await store.set([changeWith({ id, eventTime: TIME + 5 })]);
      await store.set([changeWith({ id, eventTime: TIME + 6, value: undefined })]);
      await store.set([changeWith({ id, eventTime: TIME + 5, value: 'old', eventId: 'e-9' })]);
      assert.deepEqual((await store.read(user(id)))?.variables, {});
      await store.set([changeWith({ id, eventTime: TIME + 7, value: 'new' })]);
      assert.deepEqual(await valuesOf(user(id)), { plan: 'new' });
    });

    it('hides a variable after its time to live, and the sweep removes its value', async () => {
      const id = newId();
      const now = Date.now();
      await store.set([
        changeWith({ id, name: 'short', eventTime: now - 5_000, ttlMs: 4_999 }),
        changeWith({ id, name: 'long', eventTime: now, ttlMs: 60_000 }),
      ]);
      const before = await store.read(user(id));
      assert.deepEqual(Object.keys(before?.variables ?? {}), ['long']);
      assert.equal(before?.variables.long?.expiresAt, now + 60_000);
      assert.ok((await store.sweep()) >= 1);
      const after = await store.read(user(id));
      assert.ok((after?.version ?? 0) > (before?.version ?? 0));
      const rows = await database().query('SELECT value FROM context_variables WHERE key = $1 AND name = $2', [
        keyOf(user(id)),
        'short',
      ]);
      assert.deepEqual(rows, [{ value: null }]);
      await store.set([changeWith({ id, name: 'short', eventTime: now - 6_000, value: 'older' })]);
      assert.deepEqual(Object.keys((await store.read(user(id)))?.variables ?? {}), ['long']);
    });

    it('erases a person for good: only newer events start again', async () => {
      const [id, other] = [newId(), newId()];
      const now = Date.now();
      const gone = [changeWith({ id, name: 'a' }), changeWith({ id, name: 'b', eventTime: now - 1_000 })];
      await store.set([...gone, changeWith({ id: other }), changeWith({ id, tenant: 'other' })]);
      await store.set([changeWith({ id, name: 'removed', value: undefined })]);
      const before = await store.read(user(id));
      const { variables, erasedAt } = await store.erase(user(id));
      assert.deepEqual(variables, ['a', 'b']);
      await store.set(gone);
      assert.equal(await store.read(user(id)), undefined);
      assert.deepEqual(await valuesOf(user(other)), { plan: 'gold' });
      assert.deepEqual(await valuesOf(user(id, 'other')), { plan: 'gold' });
      const kept = await database().query('SELECT * FROM context_erasures WHERE key = $1', [keyOf(user(id))]);
      assert.deepEqual(kept, [{ key: keyOf(user(id)), erased_at: erasedAt }]);
      assert.ok(!keyOf(user(id)).includes(id));
      assert.deepEqual((await store.erase(user(id))).variables, []);
      await store.set([changeWith({ id, name: 'c', eventTime: Date.now() + 1_000 })]);
      const after = await store.read(user(id));
      assert.deepEqual(Object.keys(after?.variables ?? {}), ['c']);
      assert.ok((after?.version ?? 0) > (before?.version ?? 0), 'versions never come back');
    });

    it('erases what the events of a person have set for conversations, and nothing of others', async () => {
      const [jane, omar, talk] = [newId(), newId(), newId()];
      const of = (userId: string | undefined, change: Partial<VariableChange>) =>
        changeWith({ scope: 'conversation', id: talk, userId, ...change });
      const conversation: Subject = { tenant: 'acme', scope: 'conversation', id: talk };
      await store.set([
        of(jane, { name: 'janes' }),
        of(omar, { name: 'omars' }),
        of(undefined, { name: 'nobodys' }),
        of(omar, { name: 'first_omars', eventTime: TIME - 1 }),
        changeWith({ tenant: 'other', scope: 'conversation', id: talk, userId: jane }),
      ]);
      await store.set([of(jane, { name: 'first_omars' })]);
      const before = await store.read(conversation);
      const { conversations } = await store.erase(user(jane));
      assert.equal(conversations, 1);
      const after = await store.read(conversation);
      assert.deepEqual(Object.keys(after?.variables ?? {}), ['nobodys', 'omars']);
      assert.ok((after?.version ?? 0) > (before?.version ?? 0));
      assert.deepEqual(await valuesOf({ ...conversation, tenant: 'other' }), { plan: 'gold' });
      // A repeat of an old event has no effect; one of now has.
      await store.set([of(jane, { name: 'janes' }), of(jane, { name: 'new', eventTime: Date.now() + 1_000 })]);
      assert.deepEqual(Object.keys((await store.read(conversation))?.variables ?? {}), ['new', 'nobodys', 'omars']);
    });

    it('has no change from before an erasure that ran at the same time', async () => {
      const ids = Array.from({ length: 30 }, newId);
      const other = await createContextStore(database());
      await Promise.all(
        ids.flatMap((id) => [
          store.set([changeWith({ id })]),
          other.erase(user(id)),
          other.set([changeWith({ id, name: 'b' })]),
        ]),
      );
      for (const id of ids) assert.equal(await store.read(user(id)), undefined);
    });

    it('refuses what it cannot keep, and keeps the rest', async () => {
      const id = newId();
      const refused: [Partial<VariableChange>, string][] = [
        [{ value: 'x'.repeat(VALUE_BYTES) }, 'VALUE_TOO_LARGE'],
        [{ value: 'a\u0000b' }, 'INVALID_VALUE'],
        [{ value: ['\ud800'] }, 'INVALID_VALUE'],
        [{ eventTime: Number.NaN }, 'INVALID_VALUE'],
        [{ ttlMs: 0 }, 'INVALID_VALUE'],
        [{ name: 'a b' }, 'INVALID_NAME'],
        [{ name: '__proto__x'.repeat(9) }, 'INVALID_NAME'],
        [{ id: '' }, 'INVALID_ID'],
        [{ id: 'secret\u0000' }, 'INVALID_ID'],
        [{ id: 'secret'.repeat(60) }, 'INVALID_ID'],
      ];
      const sets = refused.map(([change, code]) =>
        assert.rejects(
          store.set([changeWith({ id, ...change })]),
          (error: Error & { code?: string; retry?: string }) => {
            assert.deepEqual([error.code, error.retry], [code, 'never']);
            assert.doesNotMatch(error.message, /secret/);
            return true;
          },
        ),
      );
      await Promise.all([...sets, store.set([changeWith({ id, name: 'good' })])]);
      assert.deepEqual(await valuesOf(user(id)), { good: 'gold' });
    });

    it('bounds the variables of a subject, and goes on with those that it has', async () => {
      const id = newId();
      const names = Array.from({ length: MOST_VARIABLES }, (_, number) => `n${number}`);
      await store.set(names.map((name) => changeWith({ id, name })));
      const more = changeWith({ id, name: 'one_more' });
      const known = changeWith({ id, name: 'n1', value: 'new', eventTime: TIME + 1 });
      const results = await Promise.allSettled([store.set([more]), store.set([known])]);
      assert.equal(results[0]?.status === 'rejected' && results[0].reason.code, 'TOO_MANY_VARIABLES');
      assert.equal(results[1]?.status, 'fulfilled');
      const values = await valuesOf(user(id));
      assert.equal(Object.keys(values).length, MOST_VARIABLES);
      assert.equal(values.n1, 'new');
    });

    it('keeps apart subjects whose tenant, scope and id look alike', async () => {
      const id = newId();
      const alike: Subject[] = [
        user(id),
        user(id, 'other'),
        { ...user(id), scope: 'conversation' },
        user(`${id}","x`),
        user(`' OR 1=1 --${id}`),
        user(`__proto__${id}`),
        user(`ＡＣＭＥ${id}`),
      ];
      await store.set(alike.map((subject, number) => changeWith({ ...subject, value: number })));
      for (const [number, subject] of alike.entries()) assert.deepEqual(await valuesOf(subject), { plan: number });
    });

    it('lets no clock that is wrong by years keep a variable', async () => {
      const id = newId();
      await store.set([changeWith({ id, eventTime: Date.now() + 10 * 365 * 86_400_000, value: 'from 2036' })]);
      const { eventTime = 0 } = (await store.read(user(id)))?.variables.plan ?? {};
      assert.ok(eventTime < Date.now() + 2 * 86_400_000);
    });

    it('tells listeners the keys of changed subjects, and of no other', async () => {
      const [id, other] = [newId(), newId()];
      const heard: string[] = [];
      const stop = await store.listen(
        (key) => heard.push(key),
        () => {},
      );
      await store.set([changeWith({ id }), changeWith({ id: other })]);
      await store.set([changeWith({ id })]);
      await store.erase(user(other));
      await until('both are heard', () => heard.length === 3);
      const [one, two] = [keyOf(user(id)), keyOf(user(other))];
      assert.deepEqual(heard.toSorted(), [one, two, two].toSorted());
      await stop();
    });
  }));

/** The newest change of each name wins. */
function modelOf(changes: readonly VariableChange[]): Record<string, Json> {
  const newest = new Map<string, VariableChange>();
  const rank = ({ eventTime, eventId, value }: VariableChange) => [
    String(eventTime),
    Buffer.from(eventId).toString('hex'),
    value === undefined ? '' : Buffer.from(JSON.stringify(value)).toString('hex'),
  ];
  for (const change of changes) {
    const known = newest.get(change.name);
    if (known === undefined || rank(change).join(' ') > rank(known).join(' ')) newest.set(change.name, change);
  }
  return Object.fromEntries([...newest].flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]])));
}
