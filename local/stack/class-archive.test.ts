import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { type ArchiveUser, makeClassArchive, useClassArchive } from './class-archive.ts';
import { temporaryFolder } from './fixtures/folder.ts';

const newUser = async (): Promise<ArchiveUser> => ({
  java: process.execPath,
  software: join(await temporaryFolder(), 'kafka'),
});

const fileOf = ([option = '']: string[]): string => option.slice(option.indexOf('=') + 1);

it('is made once, also if several ask at a time, and then used', async () => {
  const user = await newUser();
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

it('is not asked for again of a Java that makes none', async () => {
  const user = await newUser();
  let runs = 0;
  const run = async (): Promise<void> => {
    runs += 1;
  };
  await makeClassArchive(user, run);
  await makeClassArchive(user, run);
  assert.equal(runs, 1);
  assert.deepEqual(useClassArchive(user), []);
});

it('is made later if the broker does not start', async () => {
  const user = await newUser();
  await assert.rejects(
    makeClassArchive(user, () => Promise.reject(new Error('no port'))),
    /no port/,
  );
  await makeClassArchive(user, async (options) => writeFileSync(fileOf(options), 'classes'));
  assert.equal(useClassArchive(user).length > 0, true);
});
