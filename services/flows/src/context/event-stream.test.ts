import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Database, openDatabase } from '@switchboard/database';
import { createPostgresDatabase } from '@switchboard/database/fixtures';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import { until } from '@switchboard/stack/until';
import { changeWith, newId } from '../../fixtures/changes.ts';
import {
  answerOf,
  eventsOf,
  type Holder,
  keyOfHolder,
  type State,
  startContextApp,
} from '../../fixtures/context-app.ts';
import { createContextStore } from './context-store.ts';
import type { Subject } from './subject.ts';

const TIME = 1_700_000_000_000;

describe('the stream of context changes', () => {
  let postgres: Postgres;
  let databases: Database[];
  before(async () => {
    postgres = await startPostgres();
    const url = await createPostgresDatabase(postgres);
    databases = [await openDatabase({ url, name: 'one' }), await openDatabase({ url, name: 'two' })];
  });
  after(async () => {
    for (const { close } of databases) await close();
    await postgres[Symbol.asyncDispose]();
  });
  const next = async (events: ReturnType<typeof eventsOf>) => (await events.next()).value ?? assert.fail('it ended');

  it('sends the state, then the changes that any instance makes', async (t) => {
    const [one, two] = await Promise.all(databases.map((database) => startContextApp(t, database)));
    assert.ok(one !== undefined && two !== undefined);
    const id = newId();
    await one.store.set([changeWith({ id }), changeWith({ id, name: 'city', value: 'Graz' })]);
    const streams = await Promise.all([one, two].map(({ request }) => request(`users/${id}/events`)));
    assert.match(streams[0]?.headers.get('content-type') ?? '', /^text\/event-stream/);
    for (const events of streams.map(eventsOf)) {
      const { event, id: version, data } = await next(events);
      assert.equal(event, 'state');
      assert.deepEqual([data.id, data.version, Object.keys(data.variables)], [id, version, ['city', 'plan']]);
      await two.store.set([changeWith({ id, value: version, eventTime: version, eventId: 'e-2' })]);
      let change = await next(events);
      while (change.data.variables.plan?.value !== version) change = await next(events);
      assert.equal(change.event, 'change');
      assert.deepEqual(Object.keys(change.data.variables), ['plan']);
      assert.ok(change.id > version);
    }
  });

  it('follows removals, erasures, and subjects that do not exist yet', async (t) => {
    const { store, request } = await startContextApp(t, databases[0] as Database);
    const id = newId();
    const subject: Subject = { tenant: 'acme', scope: 'conversation', id };
    const events = eventsOf(await request(`conversations/${id}/events`));
    assert.deepEqual(await next(events), {
      event: 'state',
      id: 0,
      data: { id, version: 0, updatedAt: null, variables: {} },
    });
    await store.set([changeWith({ ...subject, name: 'a' }), changeWith({ ...subject, name: 'b' })]);
    assert.deepEqual(Object.keys((await next(events)).data.variables), ['a', 'b']);
    await store.set([changeWith({ ...subject, name: 'a', value: undefined, eventTime: TIME + 1 })]);
    const removal = await next(events);
    assert.deepEqual([removal.event, removal.data.variables, removal.data.removed], ['change', {}, ['a']]);
    await store.erase(subject);
    assert.deepEqual((await next(events)).data.variables, {});
  });

  it('sends no state to a listener that has it, and the state to one that missed something', async (t) => {
    const store = await createContextStore(databases[0] as Database);
    let reads = 0;
    const read = async (subject: Subject) => {
      const context = await store.read(subject);
      reads += 1;
      return context;
    };
    const { request } = await startContextApp(t, databases[0] as Database, { store: { ...store, read } });
    const id = newId();
    await store.set([changeWith({ id })]);
    const follow = async (last: number) =>
      eventsOf(await request(`users/${id}/events`, 'acme', { headers: { 'last-event-id': String(last) } }));
    const version = (await store.read({ tenant: 'acme', scope: 'user', id }))?.version ?? 0;
    const events = await follow(version);
    await until('the listener is known to have the state', () => reads > 0);
    await store.set([changeWith({ id, name: 'b' })]);
    const first = await next(events);
    assert.deepEqual([first.event, Object.keys(first.data.variables)], ['change', ['b']]);
    const missed = await next(await follow(version));
    assert.deepEqual([missed.event, Object.keys(missed.data.variables)], ['state', ['b', 'plan']]);
    for (const wrong of [-1, 1.5, 0, 9e15]) assert.equal((await next(await follow(wrong))).event, 'state');
  });

  it('has every change of a burst in the end, and versions only grow', async (t) => {
    const { store, request } = await startContextApp(t, databases[0] as Database);
    const other = await startContextApp(t, databases[1] as Database);
    const id = newId();
    const streams = await Promise.all(Array.from({ length: 5 }, () => request(`users/${id}/events`)));
    const number = (value: number) =>
      changeWith({ id, name: `n${value % 7}`, value, eventTime: TIME + value, eventId: `e-${value}` });
    const sets = Array.from({ length: 200 }, (_, value) =>
      (value % 2 === 0 ? store : other.store).set([number(value)]),
    );
    const expected = Object.fromEntries(
      Array.from({ length: 7 }, (_, place) => [`n${(193 + place) % 7}`, 193 + place]),
    );
    for (const events of streams.map(eventsOf)) {
      const seen: Record<string, unknown> = {};
      for (let last = -1; Object.entries(expected).some(([name, value]) => seen[name] !== value); ) {
        const { id: version, data } = await next(events);
        assert.ok(version > last, `${version} after ${last}`);
        last = version;
        for (const [name, { value }] of Object.entries((data as State).variables)) seen[name] = value;
      }
    }
    await Promise.all(sets);
  });

  it('bounds the listeners of a caller and in total, and gives places back', async (t) => {
    const { request, metrics } = await startContextApp(t, databases[0] as Database, {
      listeners: { most: 3, mostPerCaller: 2 },
    });
    const path = `users/${newId()}/events`;
    const leave = new AbortController();
    const open = (holder?: Holder) => request(path, holder, { signal: leave.signal });
    await Promise.all([open(), open()]);
    const refused = await request(path);
    assert.deepEqual([refused.status, (await answerOf(refused)).code], [429, 'TOO_MANY_REQUESTS']);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    await open('other');
    assert.equal((await request(path, 'reader')).status, 429);
    leave.abort();
    await until('the places are free', async () => /^flows_context_listeners 0$/m.test(await metrics.metrics()));
    const again = await request(path);
    assert.equal(again.status, 200);
    assert.match(await metrics.metrics(), /listeners_ended_total\{reason="refused"\} 2/);
  });

  it('drops a reader that is too slow, and no other', async (t) => {
    const { store, request, metrics, origin } = await startContextApp(t, databases[0] as Database);
    const id = newId();
    const slow = connect({ host: '127.0.0.1', port: Number(new URL(origin).port) });
    t.after(() => slow.destroy());
    slow.pause();
    slow.write(
      `GET /v1/context/users/${id}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${keyOfHolder('acme')}\r\n\r\n`,
    );
    const events = eventsOf(await request(`users/${id}/events`));
    await until('both listen', async () => /^flows_context_listeners 2$/m.test(await metrics.metrics()));
    let last = 0;
    const reading = (async () => {
      for await (const { data } of events) last = Number(data.variables.n0?.value ?? last);
    })();
    let time = 0;
    await until('the slow one is dropped', async () => {
      time += 1;
      const value = (name: string) => (name === 'n0' ? time : 'x'.repeat(4_000));
      const names = Array.from({ length: 50 }, (_, number) => `n${number}`);
      await store.set(names.map((name) => changeWith({ id, name, value: value(name), eventTime: TIME + time })));
      return /ended_total\{reason="slow"\} 1/.test(await metrics.metrics());
    });
    await until('the other has everything', () => last === time);
    assert.match(await metrics.metrics(), /^flows_context_listeners 1$/m);
    void reading;
  });

  it('ends the streams when the service stops', async (t) => {
    const { http, request } = await startContextApp(t, databases[0] as Database);
    const events = eventsOf(await request(`users/${newId()}/events`));
    await next(events);
    await http.close();
    assert.equal((await events.next()).done, true);
  });
});
