import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { program, temporaryFolder } from './fixtures/folder.ts';
import { until } from './until.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A repository with only what bootstrap.mjs needs, and an npx that runs these shell lines. */
async function repository(t: TestContext, ...npx: string[]) {
  const root = await temporaryFolder();
  for (const file of [
    'bootstrap.mjs',
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'local/stack/installed.mjs',
    'local/stack/lock.mjs',
  ]) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await cp(join(ROOT, file), join(root, file));
  }
  await cp(join(import.meta.dirname, 'fixtures/signals.ts'), join(root, 'signals.ts'));
  await writeFile(join(root, 'hello.ts'), "console.log('hello', process.argv.slice(2).join(' '));\nprocess.exit(3);\n");
  const tools = join(root, '.tools');
  await mkdir(tools);
  const install = ['mkdir -p node_modules/node/bin', `ln -sf ${process.execPath} node_modules/node/bin/node`];
  await program(tools, 'npx', `echo "$@" >> ${root}/.runs`, ...(npx.length > 0 ? npx : install));
  const run = (args: string[], nodeOptions: string[] = []) => {
    const env = { PATH: `${tools}:/usr/bin:/bin` };
    return watch(t, spawn(process.execPath, [...nodeOptions, join(root, 'bootstrap.mjs'), ...args], { env }));
  };
  const runs = async () => (await readFile(join(root, '.runs'), 'utf8')).trim().split('\n');
  return { root, run, runs };
}

function watch(t: TestContext, child: ChildProcessWithoutNullStreams) {
  const seen = { child, output: '', exit: once(child, 'close').then(([code]) => code as number | null) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      seen.output += text;
    });
  }
  t.after(() => child.kill('SIGKILL'));
  return seen;
}

const count = (text: string, word: string) => text.split(word).length - 1;

test('the dependencies are installed once, then the script runs with its arguments and gives the exit code', async (t) => {
  const { run, runs } = await repository(t);
  const first = run(['hello.ts', 'a', '--b']);
  assert.equal(await first.exit, 3);
  assert.equal(first.output, 'Installing the dependencies (once) …\nhello a --b\n');
  const second = run(['hello.ts']);
  assert.equal(await second.exit, 3);
  assert.equal(second.output, 'hello \n');
  const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  assert.equal((await runs()).length, 1);
  assert.match((await runs())[0] ?? '', new RegExp(`^--yes ${packageManager} install --frozen-lockfile`));
});

test('they are installed again when a package.json has changed', async (t) => {
  const { root, run, runs } = await repository(t);
  await run(['hello.ts']).exit;
  await mkdir(join(root, 'packages/new'), { recursive: true });
  await writeFile(join(root, 'packages/new/package.json'), '{}');
  await run(['hello.ts']).exit;
  assert.equal((await runs()).length, 2);
});

test('two that start at the same time install once', async (t) => {
  const install = [
    'sleep 0.5',
    'mkdir -p node_modules/node/bin',
    `ln -s ${process.execPath} node_modules/node/bin/node`,
  ];
  const { run, runs } = await repository(t, ...install);
  assert.deepEqual(await Promise.all([run(['hello.ts']).exit, run(['hello.ts']).exit]), [3, 3]);
  assert.equal((await runs()).length, 1);
});

test('an installation that fails shows what pnpm said, and what to do', async (t) => {
  const { run } = await repository(t, 'echo ERR_PNPM_META_FETCH_FAIL', 'exit 1');
  const failed = run(['hello.ts']);
  assert.equal(await failed.exit, 1);
  assert.match(failed.output, /ERR_PNPM_META_FETCH_FAIL\n+The dependencies could not be installed; .* try again\.\n$/);
});

test('an installation without Node.js in it says what to do', async (t) => {
  const { run } = await repository(t, 'exit 0');
  const failed = run(['hello.ts']);
  assert.equal(await failed.exit, 1);
  assert.match(
    failed.output,
    /\npnpm has left out .*node_modules\/node\/bin\/node: delete node_modules, and try again\.\n$/,
  );
});

test('a folder that may not be written to is refused in one sentence', async (t) => {
  const { root, run } = await repository(t);
  const readOnly = `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    fs.mkdirSync = () => { throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }); };
    syncBuiltinESMExports();`;
  const refused = run(['hello.ts'], ['--import', `data:text/javascript,${encodeURIComponent(readOnly)}`]);
  assert.equal(await refused.exit, 1);
  assert.equal(
    refused.output,
    `The dependencies are installed into ${root}/, and you may not write there: EACCES: permission denied.\n`,
  );
});

test('an old Node.js is refused in one sentence', async (t) => {
  const { run } = await repository(t);
  const old = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.20.1"}})';
  const refused = run(['hello.ts'], ['--import', `data:text/javascript,${encodeURIComponent(old)}`]);
  assert.equal(await refused.exit, 1);
  assert.match(refused.output, /^Node\.js 20 or later is needed, and this is 18\.20\.1: .*\n$/);
});

test('one press of Ctrl-C reaches the script once, though terminal and npm both send it; a later press reaches it again', async (t) => {
  const { run } = await repository(t);
  const seen = run(['signals.ts', 'x']);
  await until('the script is ready', () => /ready \d+ x/.test(seen.output));
  seen.child.kill('SIGINT');
  seen.child.kill('SIGINT');
  await until('the signal has reached the script', () => seen.output.includes('SIGINT'));
  assert.equal(count(seen.output, 'SIGINT'), 1);
  await until('the next press counts as another one', () => {
    seen.child.kill('SIGINT');
    return count(seen.output, 'SIGINT') > 1;
  });
  await until('the script ends with its own code', () => {
    seen.child.kill('SIGTERM');
    return seen.child.exitCode !== null;
  });
  assert.equal(await seen.exit, 7);
});

test('a script notices that the bootstrap was killed', async (t) => {
  const { run } = await repository(t);
  const seen = run(['signals.ts']);
  await until('the script is ready', () => /ready \d+/.test(seen.output));
  const pid = Number(/ready (\d+)/.exec(seen.output)?.[1]);
  t.after(() => process.kill(pid, 'SIGKILL'));
  seen.child.kill('SIGKILL');
  await until('the script has noticed', () => seen.output.includes('disconnect'));
});
