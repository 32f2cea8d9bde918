import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import { eventually } from '@switchboard/stack/until';
import pg from 'pg';
import { createDatabase } from '../../fixtures/database.ts';
import { documentWith, removalWith } from '../../fixtures/document.ts';
import { indexConformance } from '../../fixtures/index-conformance.ts';
import { find, idsOf, vectorsOf } from '../../fixtures/searching.ts';
import { createPostgresIndex } from './postgres-index.ts';

describe('the index in Postgres', () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres[Symbol.asyncDispose]());

  indexConformance(async (model) => {
    const url = await createDatabase(postgres);
    let index = await createPostgresIndex({ url, model });
    return {
      index,
      async reopen(model) {
        await index.close();
        index = await createPostgresIndex({ url, model });
        return index;
      },
      [Symbol.asyncDispose]: async () => index.close(),
    };
  });

  it('is shared by instances that start concurrently', async () => {
    const url = await createDatabase(postgres);
    const instances = await Promise.all(Array.from({ length: 4 }, () => createPostgresIndex({ url, model: 'toy' })));
    const documents = Array.from({ length: 40 }, (_, number) =>
      documentWith({ articleId: `a-${number % 10}`, version: number }),
    );
    await Promise.all(documents.map((one, number) => instances[number % 4]?.upsert(one, vectorsOf(one))));
    for (const instance of instances) {
      assert.deepEqual(
        idsOf(await find(instance, { text: 'parcel', limit: 50 })).toSorted(),
        idsOf(documents.slice(0, 10)),
      );
      await instance.close();
    }
  });

  it('migrates tables without the columns for earlier versions', async () => {
    const url = await createDatabase(postgres);
    const old = await createPostgresIndex({ url });
    await old.upsert(documentWith({ version: 5, occurredAt: 10 }));
    await old.close();
    const client = new pg.Client(url);
    await client.connect();
    await client.query('ALTER TABLE kb_documents DROP COLUMN earlier_version, DROP COLUMN earlier_updated_at');
    await client.end();
    const index = await createPostgresIndex({ url });
    await index.remove(removalWith({ occurredAt: 20 }));
    assert.equal(await index.upsert(documentWith({ version: 4, occurredAt: 30 })), 'outdated');
    await index.close();
  });

  it('rejects vectors of an instance with another model', async () => {
    const url = await createDatabase(postgres);
    const [old, young] = [
      await createPostgresIndex({ url, model: 'toy' }),
      await createPostgresIndex({ url, model: 'toy-2' }),
    ];
    const document = documentWith();
    await assert.rejects(old.upsert(document, vectorsOf(document)), {
      code: 'OTHER_MODEL',
      message: /EMBEDDINGS_MODEL/,
    });
    assert.equal(await young.upsert(document, vectorsOf(document)), 'done');
    await old.close();
    await young.close();
  });

  it('is unavailable while Postgres is down, and recovers afterwards', async () => {
    const url = await createDatabase(postgres);
    const index = await createPostgresIndex({ url });
    await index.upsert(documentWith({ version: 1 }));
    await postgres.server.kill();
    const unavailable = { name: 'UnavailableError', retry: 'when-available' };
    // The process behind the connection outlives the server's for a moment, and may answer once more.
    await eventually(() => assert.rejects(async () => index.check(), unavailable));
    await assert.rejects(index.upsert(documentWith({ version: 2 })), unavailable);
    await postgres.server.start();
    assert.equal(await index.upsert(documentWith({ version: 2 })), 'done');
    assert.equal((await find(index, 'parcel')).length, 1);
    await index.close();
  });
});
