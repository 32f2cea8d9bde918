import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';

const run = async (...args: string[]) => {
  const program = runProgram(join(import.meta.dirname, 'main.ts'), args, { KAFKA_BROKERS: '127.0.0.1:1' });
  return [await program.exit, program.output] as const;
};

const COMMANDS = ['ops', 'send', 'new-service', 'map', 'size', 'doctor'];

describe('switchboard', () => {
  it('lists its commands', async () => {
    for (const flag of ['--help', '-h', 'help']) {
      const [code, output] = await run(flag);
      assert.equal(code, 0);
      for (const command of COMMANDS) assert.match(output, new RegExp(`^  ${command} `, 'm'));
    }
    assert.equal((await run())[0], 1);
  });

  it('shows its version', async () => {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
    assert.deepEqual(await run('--version'), [0, `switchboard ${manifest.version}\n`]);
  });

  for (const command of COMMANDS) {
    it(`explains ${command} with --help and -h, which do nothing else`, async () => {
      for (const args of [
        [command, '--help'],
        [command, '-h'],
        ['help', command],
      ]) {
        const [code, output] = await run(...args);
        assert.equal(code, 0, output);
        assert.match(output, new RegExp(`npm run (switchboard -- )?${command}`));
      }
    });

    it(`answers a wrong option of ${command} with one sentence that names it and the help`, async () => {
      const [code, output] = await run(command, '--colour');
      assert.equal(code, command === 'ops' ? 2 : 1);
      assert.match(output, /^[^\n]*'?--colour'?[^\n]* `npm run [^`]+--help` shows what there is\.\n$/);
    });
  }

  it('names a command that does not exist', async () => {
    for (const name of ['opps', '--colour', 'toString']) {
      const [code, output] = await run(name);
      assert.deepEqual(
        [code, output],
        [1, `There is no command ${name}. \`npm run switchboard -- --help\` shows what there is.\n`],
      );
    }
  });
});
