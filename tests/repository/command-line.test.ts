import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { root } from './source-files.ts';

const SCRIPTS = {
  start: 'local/start/main.ts',
  local: 'local/stack/main.ts',
  bundle: 'deploy/bundle/main.ts',
  register: 'deploy/register.ts',
  screenshot: 'sandbox/fixtures/screenshot.ts',
  test: 'tests/run.ts',
};

/** Its exit code and output; nothing that it could reach runs. */
async function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = environment;
  const options = { env: { ...env, KAFKA_BROKERS: '127.0.0.1:1' }, timeout: 300_000 };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [join(root, script), ...args], options)) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

for (const [command, script] of Object.entries(SCRIPTS)) {
  describe(`npm ${/start|test/.test(command) ? command : `run ${command}`}`, () => {
    it('prints help, and does nothing else', async () => {
      for (const option of ['--help', '-h']) {
        const { code, stdout, stderr } = await run(script, option);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /npm (run )?\w/);
        assert.doesNotMatch(stdout, /Starting|Checking/);
      }
    });

    it('names an unknown option in one sentence', async () => {
      const { code, stdout, stderr } = await run(script, '--nonsense');
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.equal(stderr, "Unknown option '--nonsense': run it with --help to see what it takes.\n");
    });
  });
}

it('npm run local keeps its data in LOCAL_DIRECTORY', async () => {
  const { NODE_TEST_CONTEXT: _, ...variables } = environment;
  const env = { ...variables, LOCAL_DIRECTORY: join(root, '.local/elsewhere') };
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, SCRIPTS.local), 'down'], { env });
  assert.match(stdout, /\.local\/elsewhere\/data\.$/m);
});
