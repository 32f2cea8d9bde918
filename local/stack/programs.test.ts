import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { findJava } from './programs.ts';

const speaking = (version: string) => `echo 'openjdk version "${version}" 2025-04-15' >&2`;

test('Java is found on the PATH', async () => {
  const folder = await program(await temporaryFolder(), 'java', speaking('17.0.15'));
  assert.deepEqual(await findJava({ PATH: `/nowhere:${folder}` }), { java: join(folder, 'java') });
});

test('JAVA_HOME goes before the PATH', async () => {
  const folder = await temporaryFolder();
  const home = await temporaryFolder();
  await program(folder, 'java', speaking('11.0.2'));
  await mkdir(join(home, 'bin'));
  await program(join(home, 'bin'), 'java', speaking('21'));
  assert.deepEqual(await findJava({ PATH: folder, JAVA_HOME: home }), { java: join(home, 'bin/java') });
});

for (const [version, number] of [
  ['11.0.2', 11],
  ['1.8.0_402', 8],
  ['16', 16],
] as const) {
  test(`Java ${version} is too old`, async () => {
    const folder = await program(await temporaryFolder(), 'java', speaking(version));
    assert.deepEqual(await findJava({ PATH: folder }), { problem: `${join(folder, 'java')} is Java ${number}` });
  });
}

test('a missing Java differs from one that does not run', async () => {
  const folder = await program(await temporaryFolder(), 'java', 'exit 2');
  assert.deepEqual(await findJava({}), { problem: 'no Java was found' });
  assert.deepEqual(await findJava({ PATH: folder }), { problem: `${join(folder, 'java')} printed no version` });
});
