import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { isTaken } from './ports.ts';
import { installPostgres, startPostgres } from './postgres.ts';

test('Postgres runs on a port of its own, and nothing is left of it', async () => {
  const postgres = await startPostgres();
  const { port, pid = 0 } = postgres.server;
  assert.equal(postgres.url, `postgres://postgres@127.0.0.1:${port}/postgres`);
  assert.ok(await isTaken(port));
  await postgres[Symbol.asyncDispose]();
  assert.equal(await isTaken(port), false);
  assert.throws(() => process.kill(pid, 0));
});

test('it says what is missing', async () => {
  const folder = await temporaryFolder();
  const software = join(folder, 'software');
  const install = (PATH: string) => installPostgres({ software, variables: { PATH } });
  await assert.rejects(install(''), { name: 'LocalStackError', message: /no python3 on the PATH.*python3-pip/ });

  const tools = join(folder, 'tools');
  await mkdir(tools);
  await program(tools, 'python3', 'exit 1');
  await assert.rejects(install(tools), { name: 'LocalStackError', message: /has no pip.*python3-pip/ });

  await program(tools, 'python3', '[ "$3" = --version ] && exit 0', 'echo "no such package" >&2', 'exit 1');
  await assert.rejects(install(tools), { name: 'LocalStackError', message: /pgserver==.*: no such package$/ });
  assert.equal(existsSync(join(software, 'draft-pgserver')), false);
});
