import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import { eventually } from '@switchboard/stack/until';
import { databaseConformance, until } from '../fixtures/database-conformance.ts';
import { createPostgresDatabase } from '../fixtures/postgres-database.ts';
import { openDatabase } from './open-database.ts';

describe('a database in Postgres', () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres[Symbol.asyncDispose]());

  databaseConformance(async () => {
    const url = await createPostgresDatabase(postgres);
    return {
      open: () => openDatabase({ url, name: 'test', statementTimeoutMs: 5_000 }),
      async [Symbol.asyncDispose]() {},
    };
  });

  it('applies each migration once for instances that start together', async () => {
    const url = await createPostgresDatabase(postgres);
    const instances = await Promise.all(Array.from({ length: 6 }, () => openDatabase({ url, name: 'test' })));
    const migrations = ['CREATE TABLE things (id int)', 'INSERT INTO things VALUES (1)'];
    await Promise.all(instances.map(({ migrate }) => migrate('a', migrations)));
    assert.deepEqual(await instances[0]?.query('SELECT * FROM things'), [{ id: 1 }]);
    for (const { close } of instances) await close();
  });

  it('notifies other instances', async () => {
    const url = await createPostgresDatabase(postgres);
    const [one, other] = [await openDatabase({ url, name: 'test' }), await openDatabase({ url, name: 'test' })];
    const heard: string[] = [];
    await one.listen(
      'changes',
      (payload) => heard.push(payload),
      () => {},
    );
    await other.query("NOTIFY changes, 'from the other'");
    await until(() => heard.length === 1);
    await one.close();
    await other.close();
  });

  it('is unavailable while Postgres is down; afterwards it recovers, and listeners learn of the gap', async () => {
    const url = await createPostgresDatabase(postgres);
    const database = await openDatabase({ url, name: 'test' });
    const heard: string[] = [];
    let gaps = 0;
    await database.listen(
      'changes',
      (payload) => heard.push(payload),
      () => {
        gaps += 1;
      },
    );
    await database.query('CREATE TABLE things (id int)');
    await postgres.server.kill();
    const attempts = [
      () => database.check(),
      () => database.transact([{ sql: 'INSERT INTO things VALUES (1)' }]),
      () =>
        database.listen(
          'others',
          () => {},
          () => {},
        ),
    ];
    for (const attempt of attempts) {
      // The process behind a connection outlives the server's for a moment, and may answer once more.
      await eventually(() => assert.rejects(attempt, { name: 'UnavailableError', retry: 'when-available' }));
    }
    await postgres.server.start();
    await until(() => gaps > 0);
    await database.query("NOTIFY changes, 'again'");
    await until(() => heard.length === 1);
    await database.close();
  });

  it('rejects work after the close', async () => {
    const database = await openDatabase({ url: postgres.url, name: 'test' });
    await database.close();
    await assert.rejects(database.query('SELECT 1'));
  });
});
