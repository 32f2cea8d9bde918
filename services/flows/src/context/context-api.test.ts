import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { until } from '@switchboard/stack/until';
import { changeWith, newId } from '../../fixtures/changes.ts';
import { answerOf, SECRET, startContextApp } from '../../fixtures/context-app.ts';
import { onEachDatabase } from '../../fixtures/databases.ts';

const TIME = 1_700_000_000_000;

describe('the Context API', () =>
  onEachDatabase((database) => {
    const start = (t: TestContext, deps = {}) => startContextApp(t, database(), deps);

    it('returns the variables of a user and of a conversation', async (t) => {
      const { store, request } = await start(t);
      const id = newId();
      const expiring = { name: 'expiring', eventTime: Date.now(), ttlMs: 60_000 };
      await store.set([
        changeWith({ id }),
        changeWith({ id, ...expiring }),
        changeWith({ id, scope: 'conversation', value: 7 }),
      ]);
      const answer = await request(`users/${id}`);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
      const { version, updatedAt, ...rest } = await answerOf(answer);
      assert.ok(Math.abs(Date.parse(updatedAt) - Date.now()) < 60_000);
      assert.deepEqual(rest, {
        id,
        variables: {
          expiring: {
            value: 'gold',
            updatedAt: new Date(expiring.eventTime).toISOString(),
            eventId: 'e-1',
            version,
            expiresAt: new Date(expiring.eventTime + 60_000).toISOString(),
          },
          plan: { value: 'gold', updatedAt: new Date(TIME).toISOString(), eventId: 'e-1', version },
        },
      });
      assert.equal((await answerOf(await request(`conversations/${id}`))).variables.plan?.value, 7);
    });

    it('answers 304 until something changes', async (t) => {
      const { store, request } = await start(t);
      const id = newId();
      await store.set([
        changeWith({ id }),
        changeWith({ id, name: 'brief', eventTime: Date.now() - 1_000, ttlMs: 6_000 }),
      ]);
      const tag = (await request(`users/${id}`)).headers.get('etag') ?? '';
      const again = (given: string) => request(`users/${id}`, 'acme', { headers: { 'if-none-match': given } });
      for (const given of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
        const { status, headers } = await again(given);
        assert.deepEqual([status, headers.get('etag')], [304, tag]);
      }
      assert.equal((await again('"x"')).status, 200);
      // A variable that expires is a change too, before the sweep.
      await until('it expires', async () => (await again(tag)).status !== 304);
      const later = (await again(tag)).headers.get('etag') ?? '';
      await store.set([changeWith({ id, value: 'silver', eventTime: TIME + 1 })]);
      assert.equal((await again(later)).status, 200);
    });

    it('answers the same bytes for what does not exist, belongs to another tenant, or cannot exist', async (t) => {
      const { store, request } = await start(t);
      const id = newId();
      await store.set([changeWith({ id, tenant: 'other' })]);
      assert.equal((await request(`users/${id}`, 'other')).status, 200);
      const bytes = async (path: string) => {
        const answer = await request(path);
        const headers = [...answer.headers].filter(([name]) => name !== 'date');
        return JSON.stringify([answer.status, headers, await answer.text()]);
      };
      const unknown = await bytes(`users/${newId()}`);
      assert.match(unknown, /^\[404,.*application\/problem\+json.*NOT_FOUND/);
      const hostile = [
        '%00',
        '%0d%0ax',
        'x'.repeat(2_000),
        `${id}%00`,
        encodeURIComponent(`' OR '1'='1`),
        '..%2fusers',
        '%F0%9F%92%A9',
      ];
      for (const path of [id, ...hostile]) assert.equal(await bytes(`users/${path}`), unknown, path);
      assert.equal(await bytes(`conversations/${id}`), unknown);
    });

    it('finds ids of every kind', async (t) => {
      const { store, request } = await start(t);
      for (const kind of [
        'a/b?c#d',
        'ü ñ',
        '__proto__',
        'constructor',
        'x'.repeat(200),
        'https://x.org/1',
        '💩'.repeat(60),
      ]) {
        const id = `${newId()}${kind}`;
        await store.set([changeWith({ id, name: 'constructor', value: kind })]);
        const answer = await request(`users/${encodeURIComponent(id)}`);
        assert.equal(answer.status, 200, kind);
        const shown = await answerOf(answer);
        assert.deepEqual([shown.id, Object.values(shown.variables)[0]?.value], [id, kind]);
      }
    });

    it('answers 401 and 403 with problems', async (t) => {
      const { origin, request } = await start(t);
      const id = newId();
      for (const path of [`users/${id}`, `conversations/${id}`, `users/${id}/events`]) {
        for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
          const answer = await fetch(`${origin}/v1/context/${path}`, { headers });
          assert.deepEqual([answer.status, (await answerOf(answer)).code], [401, 'UNAUTHORIZED']);
        }
      }
      const refused = await request(`users/${id}`, 'reader', { method: 'DELETE' });
      assert.deepEqual([refused.status, (await answerOf(refused)).code], [403, 'FORBIDDEN']);
      const wrong = await request(`users/${id}`, 'acme', { method: 'PUT' });
      assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD, DELETE']);
    });

    it('erases a person, once, and says what', async (t) => {
      const erased: object[] = [];
      const eraseOthers = async (subject: object) => {
        erased.push(subject);
        return { waiting: 2 };
      };
      const { store, request } = await start(t, { eraseOthers });
      const id = newId();
      const change = changeWith({ id });
      await store.set([change, changeWith({ id, name: 'city' }), changeWith({ id, tenant: 'other' })]);
      const answer = await request(`users/${id}`, 'acme', { method: 'DELETE' });
      assert.equal(answer.status, 200);
      const { erasedAt, ...rest } = await answerOf(answer);
      assert.deepEqual(rest, { id, variables: ['city', 'plan'], conversations: 0, waiting: 2 });
      assert.ok(Math.abs(Date.parse(erasedAt) - Date.now()) < 60_000);
      assert.deepEqual(erased, [{ tenant: 'acme', scope: 'user', id }]);
      await store.set([change]);
      assert.equal((await request(`users/${id}`)).status, 404);
      assert.equal((await request(`users/${id}`, 'other')).status, 200);
      const again = await request(`users/${id}`, 'acme', { method: 'DELETE' });
      assert.deepEqual((await answerOf(again)).variables, []);
    });

    it('lets a person erase themselves, and no other', async (t) => {
      const { store, http } = await start(t);
      const [id, other] = [newId(), newId()];
      await store.set([changeWith({ id }), changeWith({ id: other }), changeWith({ id, scope: 'conversation' })]);
      const body = JSON.stringify({ userId: id });
      const headers = {
        'content-type': 'application/json',
        'x-signature': createHmac('sha256', SECRET).update(body).digest('hex'),
      };
      const remove = (path: string) =>
        http.inject({ method: 'DELETE', url: `/v1/context/${path}`, headers, payload: body });
      const answers = [
        await remove(`users/${other}`),
        await remove(`users/${newId()}`),
        await remove(`conversations/${id}`),
      ];
      assert.deepEqual(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size, 1);
      assert.equal(answers[0]?.statusCode, 404);
      assert.equal((await remove(`users/${id}`)).statusCode, 200);
      assert.ok((await store.read({ tenant: 'acme', scope: 'user', id: other })) !== undefined);
    });

    it('answers 503 without details while the database is down', async (t) => {
      const down = Object.assign(new Error('postgres at 10.0.0.1'), { retry: 'when-available' });
      const { store } = await start(t);
      const { request } = await start(t, { store: { ...store, read: () => Promise.reject(down) } });
      const answer = await request(`users/${newId()}`);
      assert.equal(answer.status, 503);
      assert.doesNotMatch(await answer.text(), /10\.0\.0\.1/);
    });
  }));
