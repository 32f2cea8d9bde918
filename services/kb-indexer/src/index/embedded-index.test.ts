import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { documentWith, removalWith } from '../../fixtures/document.ts';
import { indexConformance } from '../../fixtures/index-conformance.ts';
import { find } from '../../fixtures/searching.ts';
import { createEmbeddedIndex } from './embedded-index.ts';

async function temporaryFile() {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-index-'));
  return { file: join(folder, 'articles/index.db'), remove: () => rm(folder, { recursive: true }) };
}

describe('the embedded index', () => {
  indexConformance(async (model) => {
    const { file, remove } = await temporaryFile();
    let index = createEmbeddedIndex({ file, model });
    return {
      index,
      async reopen(model) {
        await index.close();
        index = createEmbeddedIndex({ file, model });
        return index;
      },
      async [Symbol.asyncDispose]() {
        await index.close();
        await remove();
      },
    };
  });

  it('belongs to one process, and is available again after that process is killed', async () => {
    const { file, remove } = await temporaryFile();
    const other = fork(join(import.meta.dirname, '../../fixtures/index-holder.ts'), [file]);
    await once(other, 'message');
    assert.throws(() => createEmbeddedIndex({ file }), {
      name: 'IndexError',
      code: 'LOCKED',
      message: /in use by another process.*INDEX=postgres/,
    });
    other.kill('SIGKILL');
    await once(other, 'exit');
    const index = createEmbeddedIndex({ file });
    assert.equal((await find(index, 'parcel')).length, 1);
    await index.upsert(documentWith());
    await index.close();
    await remove();
  });

  it('migrates a file without the columns for earlier versions', async () => {
    const { file, remove } = await temporaryFile();
    const old = createEmbeddedIndex({ file });
    await old.upsert(documentWith({ version: 5, occurredAt: 10 }));
    await old.close();
    const database = new DatabaseSync(file);
    database.exec('ALTER TABLE documents DROP COLUMN earlier_version');
    database.exec('ALTER TABLE documents DROP COLUMN earlier_updated_at; PRAGMA user_version = 1');
    database.close();
    const index = createEmbeddedIndex({ file });
    assert.equal((await find(index, 'parcel')).length, 1);
    await index.remove(removalWith({ occurredAt: 20 }));
    assert.equal(await index.upsert(documentWith({ version: 4, occurredAt: 30 })), 'outdated');
    await index.close();
    await remove();
  });
});
