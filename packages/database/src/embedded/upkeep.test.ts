import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createEmbeddedFolder } from '../../fixtures/embedded-folder.ts';
import { openDatabase } from '../open-database.ts';
import { vacuum } from './upkeep.ts';

it('keeps a table that changes all the time at its size', async () => {
  await using created = await createEmbeddedFolder();
  const { query, close } = await openDatabase({ folder: created.folder, name: 'test' });
  await query(
    'CREATE TABLE counts (id int PRIMARY KEY, count int); INSERT INTO counts SELECT n, 0 FROM generate_series(1, 500) n',
  );
  const sizes: number[] = [];
  for (let round = 0; round < 6; round += 1) {
    for (let time = 0; time < 5; time += 1) await query('UPDATE counts SET count = count + 1');
    await vacuum({ query });
    const [row] = await query<{ size: number }>("SELECT pg_relation_size('counts') AS size");
    sizes.push(row?.size ?? 0);
  }
  assert.ok((sizes.at(-1) ?? 0) <= 2 * (sizes[0] ?? 0), sizes.join());
  const [statistics] = await query("SELECT reltuples FROM pg_class WHERE relname = 'counts'");
  assert.deepEqual(statistics, { reltuples: 500 });
  await close();
});
