import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Database } from '@switchboard/database';
import { API_KEY, openApp, shopActions } from '../fixtures/app.ts';
import { json, shop, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';

const jane = { email: 'jane@shop.example', userId: 'user-jane' };
const ROUTE = '/v1/actions/order-status';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

describe('an action', () => {
  it('answers a signed body with JSON: the revealed fields and the reply', async (t) => {
    const backend = await startBackend(t, shop);
    const app = await openApp(t, { database, yaml: shopActions(backend.url) });
    const response = await app.signed(ROUTE, { email: jane.email, orderId: '1001' });
    const { runId, ...body } = (await response.json()) as { runId: string };
    assert.equal(response.status, 200);
    assert.deepEqual(body, { output: { orderId: '1001', status: 'shipped' }, reply: 'Order 1001 is shipped.' });
    assert.match(runId, /^[0-9a-f-]{36}$/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(
      app.told.map(({ ended, followUp }) => [ended.id, ended.outcome.kind, followUp]),
      [[runId, 'found', false]],
    );
  });

  it('replies in the language of the caller', async (t) => {
    const backend = await startBackend(t, shop);
    const app = await openApp(t, { database, yaml: shopActions(backend.url) });
    const response = await app.signed(ROUTE, { ...jane, orderId: '1001' }, { 'accept-language': 'fr, de-AT;q=0.9' });
    assert.equal(((await response.json()) as { reply: string }).reply, 'Bestellung 1001: shipped.');
  });

  it('answers problems as problem+json', async (t) => {
    const backend = await startBackend(t, shop);
    const app = await openApp(t, { database, yaml: shopActions(backend.url) });
    const key = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const post = (path: string, body: string, headers: Record<string, string>) =>
      app.fetch(path, { method: 'POST', body, headers });
    const cases: [name: string, Promise<Response>, status: number, code: string][] = [
      ['no credentials', post(ROUTE, '{}', { 'content-type': 'application/json' }), 401, 'UNAUTHORIZED'],
      ['a wrong signature', app.signed(ROUTE, jane, { 'x-signature': '00' }), 401, 'UNAUTHORIZED'],
      [
        'a scope that is missing',
        app.signed(ROUTE, { ...jane, orderId: '1001' }, {}, 'x-narrow-signature'),
        403,
        'FORBIDDEN',
      ],
      ['a caller without a person', post(ROUTE, JSON.stringify({ input: { orderId: '1001' } }), key), 403, 'FORBIDDEN'],
      ['an unknown action', app.signed('/v1/actions/no-such', jane), 404, 'NOT_FOUND'],
      ['an unknown run', app.fetch('/v1/actions/runs/none', { headers: key }), 404, 'NOT_FOUND'],
      ['an input that is missing', app.signed(ROUTE, jane), 422, 'INVALID_FIELDS'],
      ['an unknown field', app.signed(ROUTE, { ...jane, orderId: '1', more: 1 }), 422, 'INVALID_FIELDS'],
      [
        'an order that leads elsewhere',
        app.signed(ROUTE, { ...jane, orderId: '../orders/1001' }),
        422,
        'INVALID_FIELDS',
      ],
      ['a wrong type', app.signed(ROUTE, { ...jane, orderId: 7 }), 422, 'INVALID_FIELDS'],
      ['a body that is no object', post(ROUTE, '[]', key), 400, 'INVALID_REQUEST'],
      ['a large body', app.signed(ROUTE, { ...jane, orderId: 'x'.repeat(70_000) }), 413, 'TOO_LARGE'],
      [
        'a wrong idempotency key',
        app.signed(ROUTE, { ...jane, orderId: '1' }, { 'idempotency-key': 'a b' }),
        400,
        'INVALID_REQUEST',
      ],
    ];
    for (const [name, request, status, code] of cases) {
      const response = await request;
      const problem = (await response.json()) as { status: number; code: string };
      assert.deepEqual([response.status, problem.status, problem.code], [status, status, code], name);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, name);
    }
    assert.deepEqual(backend.received, []);
  });

  it('names the fields at fault, and quotes no value', async (t) => {
    const backend = await startBackend(t, shop);
    const app = await openApp(t, { database, yaml: shopActions(backend.url) });
    const response = await app.signed(ROUTE, { ...jane, orderId: 'secret'.repeat(20), more: 'secret' });
    const text = await response.text();
    assert.deepEqual((JSON.parse(text) as { problems: object }).problems, [
      { path: '/more', message: 'is not a field of this action' },
      { path: '/orderId', message: 'must not have more than 64 characters' },
    ]);
    assert.doesNotMatch(text, /secret/);
  });

  it('is listed for the callers that may use it', async (t) => {
    const backend = await startBackend(t, shop);
    const app = await openApp(t, { database, yaml: shopActions(backend.url) });
    const response = await app.fetch('/v1/actions', { headers: { authorization: `Bearer ${API_KEY}` } });
    const { actions } = (await response.json()) as { actions: { name: string; output: { properties: object } }[] };
    // The others are about a person, whom an API key does not name.
    assert.deepEqual(
      actions.map(({ name }) => name),
      ['note'],
    );
    assert.deepEqual(actions[0]?.output.properties, { id: { type: 'string' } });
  });

  it('is limited for each person, and for a caller with all of its persons', async (t) => {
    const backend = await startBackend(t, shop);
    const slow = { perSecond: 0.001, burst: 2 };
    const app = await openApp(t, {
      database,
      yaml: shopActions(backend.url),
      rates: { person: slow, caller: { perSecond: 0.001, burst: 5 } },
    });
    const statuses = async (email: string, times: number): Promise<number[]> => {
      const all: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const response = await app.signed(ROUTE, { email, orderId: '1001' });
        all.push(response.status);
        if (response.status === 429) assert.ok(Number(response.headers.get('retry-after')) > 0);
      }
      return all;
    };
    assert.deepEqual(await statuses('jane@shop.example', 3), [200, 200, 429]);
    assert.deepEqual(await statuses('omar@shop.example', 1), [404]);
    assert.deepEqual(await statuses('kim@shop.example', 2), [404, 429]);
  });

  it('asks the backend once for the same question of the same person', async (t) => {
    const backend = await startBackend(t, shop);
    const yaml = shopActions(backend.url).replace(
      '    reveal: [orderId, status]\n    reply',
      '    cache: 1m\n    reveal: [orderId, status]\n    reply',
    );
    const app = await openApp(t, { database, yaml });
    await Promise.all([1, 2, 3].map(() => app.signed(ROUTE, { ...jane, orderId: '1001' })));
    assert.equal(backend.received.length, 1);
    const omar = await app.signed(ROUTE, { email: 'omar@shop.example', orderId: '1001' });
    assert.deepEqual([omar.status, backend.received.length], [404, 2]);
    // What was not found is asked again.
    await app.signed(ROUTE, { email: 'omar@shop.example', orderId: '1001' });
    assert.equal(backend.received.length, 3);
  });

  it('answers 504 for a backend that fails, and tries a read once more', async (t) => {
    const backend = await startBackend(t, (response) => json(response, 500, {}));
    const app = await openApp(t, { database, yaml: shopActions(backend.url) });
    const response = await app.signed(ROUTE, { ...jane, orderId: '1001' });
    assert.deepEqual([response.status, ((await response.json()) as { code: string }).code], [504, 'NO_ANSWER']);
    assert.equal(backend.received.length, 2);
  });
});
