import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { type ArchiveUser, makeClassArchive, useClassArchive } from './class-archive.ts';

async function folder(t: TestContext): Promise<ArchiveUser> {
  const software = await mkdtemp(join(tmpdir(), 'switchboard-archive-'));
  t.after(() => rm(software, { recursive: true, force: true }));
  return { java: process.execPath, software };
}

const fileOf = ([option = '']: string[]): string => option.slice(option.indexOf('=') + 1);

it('is made once, also if several ask at a time, and then used', async (t) => {
  const user = await folder(t);
  assert.deepEqual(useClassArchive(user), []);
  let runs = 0;
  const run = async (options: string[]): Promise<void> => {
    runs += 1;
    writeFileSync(fileOf(options), 'classes');
  };
  await Promise.all([makeClassArchive(user, run), makeClassArchive(user, run)]);
  await makeClassArchive(user, run);
  assert.equal(runs, 1);
  assert.equal(readFileSync(fileOf(useClassArchive(user)), 'utf8'), 'classes');
  assert.deepEqual(useClassArchive({ ...user, java: '/bin/sh' }), [], 'another Java');
});

it('is not asked for again of a Java that makes none', async (t) => {
  const user = await folder(t);
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
  };
  await makeClassArchive(user, run);
  await makeClassArchive(user, run);
  assert.equal(runs, 1);
  assert.deepEqual(useClassArchive(user), []);
});

it('is made later if the broker does not start', async (t) => {
  const user = await folder(t);
  await assert.rejects(
    makeClassArchive(user, () => Promise.reject(new Error('no port'))),
    /no port/,
  );
  await makeClassArchive(user, async (options) => writeFileSync(fileOf(options), 'classes'));
  assert.equal(useClassArchive(user).length > 0, true);
});
