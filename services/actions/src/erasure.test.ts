import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Database } from '@switchboard/database';
import { until } from '@switchboard/stack/until';
import { ACTING_KEY, API_KEY, openApp, shopActions } from '../fixtures/app.ts';
import { json, shop, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const jane = { email: 'Jane@shop.example', userId: 'user-jane' };
const omar = { email: 'omar@shop.example', userId: 'user-omar' };

it('erases the runs of a person, also one under way once it has ended, and of nobody else', async (t) => {
  const gate = Promise.withResolvers<void>();
  const backend = await startBackend(t, async (response, request) => {
    if (request.body.includes('slow')) await gate.promise;
    return request.method === 'POST' ? json(response, 200, { id: 'n-1' }) : shop(response, request);
  });
  const app = await openApp(t, { database, yaml: shopActions(backend.url), expireMs: 100 });
  const note = (person: object, text: string, prefer = 'wait=30') =>
    app.signed('/v1/actions/note', { ...person, input: { text } }, { prefer });
  const erase = (body: object, key = ACTING_KEY) =>
    app.fetch('/v1/actions/runs/erase', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    });
  const idOf = async (response: Response): Promise<string> => ((await response.json()) as { runId: string }).runId;

  const done = await idOf(await note(jane, 'done'));
  const others = await idOf(await note(omar, 'done'));
  const slow = await idOf(await note({ userId: jane.userId }, 'slow', 'wait=0'));
  await app.signed('/v1/actions/cancel-order', { ...jane, email: jane.email.toLowerCase(), orderId: '1001' });
  await until('the first two are closed', async () => app.told.length === 2);

  assert.equal((await erase(jane, API_KEY)).status, 403);
  for (const body of [{}, { email: 'jane' }, { ...jane, userId: '' }]) assert.equal((await erase(body)).status, 422);
  assert.deepEqual(await (await erase({ email: jane.email.toUpperCase(), userId: jane.userId })).json(), { runs: 3 });
  const found = async (id: string, person: object) => (await app.signed(`/v1/actions/runs/${id}`, person)).status;
  assert.deepEqual([await found(done, jane), await found(slow, jane), await found(others, omar)], [404, 404, 200]);

  gate.resolve();
  const ofJane = () => database.query(`SELECT id FROM actions.runs WHERE lower(person) LIKE '%jane%'`);
  await until('nothing of the person is left', async () => (await ofJane()).length === 0);
  assert.ok(
    app.told.some(({ ended }) => ended.id === slow),
    'the run that was under way is audited',
  );
  assert.equal(await found(others, omar), 200);
});
