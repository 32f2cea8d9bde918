import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { databaseConformance } from '../../fixtures/database-conformance.ts';
import { createEmbeddedFolder } from '../../fixtures/embedded-folder.ts';
import { openDatabase } from '../open-database.ts';

describe('an embedded database', () => {
  databaseConformance(async () => {
    const created = await createEmbeddedFolder();
    const open = () => openDatabase({ folder: created.folder, name: 'test', statementTimeoutMs: 5_000 });
    return { open, [Symbol.asyncDispose]: () => created[Symbol.asyncDispose]() };
  });

  it('belongs to one process; after that process is killed, it has whole transactions and all committed ones', async () => {
    await using created = await createEmbeddedFolder();
    const { folder } = created;
    const other = fork(join(import.meta.dirname, '../../fixtures/folder-holder.ts'), [folder]);
    let last = 0;
    other.on('message', (number) => {
      last = Number(number);
    });
    await once(other, 'message');
    await assert.rejects(openDatabase({ folder, name: 'test' }), {
      name: 'DatabaseError',
      code: 'FOLDER_LOCKED',
      message: new RegExp(`${folder}.*in use by another process.*DATABASE_URL`),
    });
    other.kill('SIGKILL');
    await once(other, 'exit');
    assert.ok(last > 0);
    const database = await openDatabase({ folder, name: 'test' });
    const [row] = await database.query<{ most: number; least: number; count: number }>(
      'SELECT max(number) AS most, min(number) AS least, count(*) FROM numbers',
    );
    assert.ok(row !== undefined && row.most >= last, `${row?.most} of ${last}`);
    assert.deepEqual([row.least, row.count], [-row.most, 2 * row.most]);
    await database.close();
  });

  it('cannot be opened twice in one process', async () => {
    await using created = await createEmbeddedFolder();
    const { folder } = created;
    const database = await openDatabase({ folder, name: 'test' });
    await assert.rejects(openDatabase({ folder, name: 'test' }), { code: 'FOLDER_LOCKED' });
    await database.close();
    await (await openDatabase({ folder, name: 'test' })).close();
  });

  it('creates its folder, and names one that it cannot use', async () => {
    await using created = await createEmbeddedFolder();
    const folder = join(created.folder, 'new/one');
    const database = await openDatabase({ folder, name: 'test' });
    await database.check();
    await database.close();
    const file = join(created.folder, 'file');
    await writeFile(file, '');
    await assert.rejects(openDatabase({ folder: file, name: 'test' }), {
      code: 'CANNOT_OPEN',
      message: new RegExp(file),
    });
  });

  it('leaves the event loop free while a statement runs', async () => {
    await using created = await createEmbeddedFolder();
    const { folder } = created;
    const database = await openDatabase({ folder, name: 'test' });
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await database.query('SELECT count(*) FROM generate_series(1, 3000000)');
    clearInterval(timer);
    assert.ok(turns > 10, `${turns} turns`);
    await database.close();
  });

  it('tells listeners of the gap when its thread was replaced', async () => {
    await using created = await createEmbeddedFolder();
    const { folder } = created;
    const warnings: object[] = [];
    const logger = { warn: (fields: object) => void warnings.push(fields) };
    const database = await openDatabase({ folder, name: 'test', statementTimeoutMs: 5_000, logger });
    const gap = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<string>();
    await database.listen('changes', heard.resolve, gap.resolve);
    const slow = database.query('SELECT count(*) FROM generate_series(1, 1000000000000)');
    const behind = database.query('SELECT 1');
    await assert.rejects(slow, { code: '57014' });
    await assert.rejects(behind, { name: 'UnavailableError', retry: 'when-available' });
    await gap.promise;
    await database.query("NOTIFY changes, 'again'");
    assert.equal(await heard.promise, 'again');
    assert.deepEqual(warnings, [{ folder }]);
    await database.close();
  });
});
