import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assertNeverFreezes, UNITS } from '@switchboard/events/fixtures';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import { createDatabase } from '../fixtures/database.ts';
import { openShelf } from '../fixtures/shelf.ts';

describe('an event with a megabyte of repeated text in any field does not block the process', () => {
  let folder: string;
  let postgres: Postgres;
  let sandbox: Sandbox;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-kb-'));
    postgres = await startPostgres();
    sandbox = await startSandbox();
  });
  after(async () => {
    await sandbox.close();
    await postgres[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const kinds = {
    embedded: async () => ({ INDEX_FILE: join(folder, 'index.db') }),
    postgres: async () => ({ INDEX: 'postgres', POSTGRES_URL: await createDatabase(postgres) }),
    platform: async () => ({
      INDEX: 'platform',
      PLATFORM_URL: `${sandbox.url}/chat`,
      PLATFORM_TOKEN: credentials.chat.apiKey,
    }),
  };

  for (const [kind, variablesFor] of Object.entries(kinds)) {
    it(`with the ${kind} index`, async () => {
      await using shelf = await openShelf(await variablesFor());
      for (const type of shelf.types) await assertNeverFreezes(type, shelf.handle, [...UNITS, '<h1>a', '&amp;', 'a.']);
    });
  }
});
