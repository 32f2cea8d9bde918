import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { type Database, UnavailableError } from '@switchboard/database';
import { until } from '@switchboard/stack/until';
import { openApp, shopActions } from '../fixtures/app.ts';
import { shop, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';
import { nameOf } from './run/outcome.ts';

const jane = { email: 'jane@shop.example', userId: 'user-jane' };
const ORDER = '/v1/actions/order-status';
const LATER = { prefer: 'wait=0' };

/** Closed after the tests: their apps still use it when a test ends. */
const closing: (() => Promise<void>)[] = [];
after(() => Promise.all(closing.map((close) => close())));

async function ownDatabase(): Promise<Database> {
  const { database, close } = await openTestDatabase();
  closing.push(close);
  return database;
}

const runIdOf = async (response: Response): Promise<string> => ((await response.json()) as { runId: string }).runId;

it('a crash between the result and its message sends the message once, and asks the backend no more', async (t) => {
  const database = await ownDatabase();
  const backend = await startBackend(t, shop);
  const yaml = shopActions(backend.url);
  const tell = async (): Promise<void> => Promise.reject(new Error('Kafka is away'));
  const first = await openApp(t, { database, yaml, tell });
  const release = backend.hold();
  const runId = await runIdOf(await first.signed(ORDER, { ...jane, orderId: '1001' }, LATER));
  release();
  await until('the result is kept', async () => {
    const rows = await database.query(`SELECT id FROM actions.runs WHERE id = $1 AND state = 'done'`, [runId]);
    return rows.length > 0;
  });
  await first.engine.stop(0);
  const second = await openApp(t, { database, yaml });
  await until('the message is sent', async () => second.told.length > 0);
  assert.deepEqual(
    second.told.map(({ ended, followUp }) => [ended.id, ended.outcome.kind, followUp]),
    [[runId, 'found', true]],
  );
  assert.equal(backend.received.length, 1);
  await until(
    'nothing is left to do',
    async () => (await database.query('SELECT id FROM actions.runs WHERE open')).length === 0,
  );
  assert.equal(second.told.length, 1);
});

it('a run whose action is gone ends with an apology', async (t) => {
  const database = await ownDatabase();
  const backend = await startBackend(t, () => {});
  const first = await openApp(t, { database, yaml: shopActions(backend.url) });
  const runId = await runIdOf(await first.signed(ORDER, { ...jane, orderId: '1001' }, LATER));
  await first.engine.stop(0);
  const renamed = shopActions(backend.url).replace('order-status', 'status-of-order');
  const second = await openApp(t, { database, yaml: renamed });
  await until('it is told', async () => second.told.length > 0);
  assert.deepEqual([second.told[0]?.ended.id, second.told[0]?.ended.outcome.kind], [runId, 'failed']);
  assert.match(second.told[0]?.ended.outcome.texts.en ?? '', /^Sorry/);
});

it('results are deleted when their time is over, and what is under way is not', async (t) => {
  const database = await ownDatabase();
  const backend = await startBackend(t, shop);
  const app = await openApp(t, { database, yaml: shopActions(backend.url), keptMs: 1, expireMs: 50 });
  const runId = await runIdOf(await app.signed(ORDER, { ...jane, orderId: '1001' }, LATER));
  await until('it is told', async () => app.told.some(({ ended }) => ended.id === runId));
  await until('it is deleted', async () => (await database.query('SELECT id FROM actions.runs')).length === 0);
  backend.respond(() => {});
  await app.signed(ORDER, { ...jane, orderId: '1001' }, LATER);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const [row] = await database.query<{ input: string }>('SELECT input FROM actions.runs');
  assert.equal(row?.input, '{"orderId":"1001"}');
});

it('without the database, fast reads are answered, and what needs a row gets 503', async (t) => {
  const database = await ownDatabase();
  const backend = await startBackend(t, shop);
  const away: Database = {
    ...database,
    query: () => Promise.reject(new UnavailableError('the database')),
  };
  const app = await openApp(t, { database: away, yaml: shopActions(backend.url) });
  assert.equal((await app.signed(ORDER, { ...jane, orderId: '1001' })).status, 200);
  backend.hold();
  for (const request of [
    app.signed('/v1/actions/note', { ...jane, text: 'a' }),
    app.signed('/v1/actions/runs/some', jane),
    app.signed(ORDER, { ...jane, orderId: '1001' }, LATER),
  ]) {
    const response = await request;
    assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5']);
  }
  assert.ok(backend.received.every(({ url }) => url.startsWith('/orders')));
});

it('a read is audited before it is answered', async (t) => {
  const database = await ownDatabase();
  const backend = await startBackend(t, shop);
  const published = Promise.withResolvers<void>();
  const tell = (): Promise<void> => published.promise;
  t.after(() => published.resolve());
  // An answer that waits for long would be kept there instead.
  const away: Database = {
    ...database,
    transact: () => published.promise.then(() => Promise.reject(new UnavailableError('the database'))),
  };
  const app = await openApp(t, { database: away, yaml: shopActions(backend.url), tell });
  let isAnswered = false;
  const answer = app.signed(ORDER, { ...jane, orderId: '1001' }, { prefer: 'wait=30' }).then((response) => {
    isAnswered = true;
    return response;
  });
  await until('the backend has answered', async () => backend.received.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(isAnswered, false);
  published.resolve();
  assert.equal((await answer).status, 200);
  assert.deepEqual(await database.query('SELECT id FROM actions.runs'), []);
});

it('while Kafka is away, a read is answered in time, and audited after a crash', async (t) => {
  const database = await ownDatabase();
  const backend = await startBackend(t, shop);
  const yaml = shopActions(backend.url);
  const kafka = Promise.withResolvers<void>();
  t.after(() => kafka.reject(new Error('Kafka is away')));
  // It does not look for runs of others: it would take its own, once they seem to be those of the dead.
  const first = await openApp(t, { database, yaml, pollMs: 3_600_000, tell: () => kafka.promise });
  const answers = await Promise.all(
    ['1001', '2001', '9999'].map((orderId) => first.signed(ORDER, { ...jane, orderId }, { prefer: 'wait=30' })),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404, 404],
  );
  assert.equal(first.told.length, 0);
  // The process is gone: nothing renews its leases.
  await database.query(`UPDATE actions.runs SET lease_owner = 'dead', lease_until = now() WHERE open`);
  const second = await openApp(t, { database, yaml });
  await until('each is audited', async () => second.told.length === 3);
  assert.deepEqual(second.told.map(({ ended, followUp }) => [nameOf(ended.outcome), followUp]).toSorted(), [
    ['not_found', false],
    ['not_yours', false],
    ['ok', false],
  ]);
  assert.equal(backend.received.length, 3);
});
