import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';

const script = join(import.meta.dirname, 'fixtures/run.ts');

/** What comes of a test file with this text. */
async function run(text: string, name = 'one.test.mjs'): Promise<{ result: unknown; output: string }> {
  const file = join(await mkdtemp(join(tmpdir(), 'switchboard-runner-')), name);
  await writeFile(file, `import { it } from 'node:test';\n${text}`);
  // Within a test, node:test would refuse to run other ones.
  const { NODE_TEST_CONTEXT: _, ...env } = environment;
  const { stdout } = await promisify(execFile)(process.execPath, [script, file], { env, maxBuffer: 8 * 1_048_576 });
  const lines = stdout.trimEnd().split('\n');
  return { result: JSON.parse(lines.at(-1) ?? ''), output: stdout };
}

it('counts what passed and what failed, and reports it', async () => {
  const { result, output } = await run(
    `
    it('is fine', () => {});
    it('is not', () => { throw new Error('for a reason'); });
    it('is for later', { "skip": true }, () => {});`,
  );
  assert.deepEqual(result, { passed: 1, failed: 1 });
  assert.match(output, /✖ is not/);
  assert.match(output, /for a reason/);
});

it('counts every test of a file whose results are more than a pipe takes at once', async () => {
  const text = "for (let number = 0; number < 300; number += 1) it(number + 'x'.repeat(4_000), () => {});";
  assert.deepEqual((await run(text)).result, { passed: 300, failed: 0 });
});

it('counts a file that does not load as a failure', async () => {
  assert.deepEqual((await run('it((')).result, { passed: 0, failed: 1 });
});

it('does not wait for a handle that a test left open', async () => {
  assert.deepEqual((await run("it('leaves it', () => { setInterval(() => {}, 1_000); });")).result, {
    passed: 1,
    failed: 0,
  });
});

it('ends a test that does not', async () => {
  const text = "it('waits', () => new Promise((resolve) => setTimeout(resolve, 3_600_000)));";
  assert.deepEqual((await run(text)).result, { passed: 0, failed: 1 });
});

it('ends a file that hangs in a loop', async () => {
  const { result, output } = await run('for (;;) {}');
  assert.deepEqual(result, { passed: 0, failed: 1 });
  assert.match(output, /did not end within 6 s/);
});

it('lets the files that break a broker go first', async () => {
  const priorityOf = async (name: string): Promise<number> => {
    const text = "import { getPriority } from 'node:os';\nit('priority ' + getPriority(), () => {});";
    return Number(/priority (\d+)/.exec((await run(text, name)).output)?.[1]);
  };
  const others = await priorityOf('one.test.mjs');
  for (const name of ['one.faults.test.mjs', 'outage.test.mjs']) assert.ok((await priorityOf(name)) < others, name);
});

it('prints nothing about the tests that an interrupt cancels', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-runner-'));
  const files = Array.from({ length: 20 }, (_, index) => join(folder, `${index}.test.mjs`));
  const interrupt = "process.kill(process.ppid, 'SIGINT');";
  for (const file of files)
    await writeFile(file, `import { it } from 'node:test';\n${interrupt}\nit('waits', () => new Promise(() => {}));`);
  const { NODE_TEST_CONTEXT: _, ...env } = environment;
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...files], { env });
  assert.equal(stdout.trimEnd().split('\n').length, 1, stdout);
});
