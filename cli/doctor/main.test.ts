import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { testStack } from '@switchboard/stack/test-stack';
import { examine } from './main.ts';

const part = (name: string, found: string | undefined) => ({
  ...{ name, purpose: `${name} is for tests`, remedy: `install ${name}` },
  find: async () => found,
});

describe('doctor', () => {
  it('says where each prerequisite is, or how to get it, and what it is for', async () => {
    const { text, isComplete } = await examine([part('one', '/bin/one'), part('other', undefined)], {});
    assert.equal(isComplete, false);
    assert.deepEqual(text.split('\n'), [
      'one    /bin/one (one is for tests)',
      'other  MISSING: install other (other is for tests)',
    ]);
    assert.equal((await examine([part('one', '1')], {})).isComplete, true);
  });

  it('names all that is missing, and what runs on the ports of the stack', async () => {
    const { brokers } = testStack();
    const KAFKA_PORT = brokers.split(':')[1] ?? '';
    const variables = { KAFKA_PORT, KAFKA_BROKERS: '', PATH: '', JAVA_HOME: '', CHROMIUM_PATH: '/nowhere' };
    const program = runProgram(join(import.meta.dirname, '../main.ts'), ['doctor'], variables);
    assert.equal(await program.exit, 1);
    assert.match(program.output, /^Node\.js +\d+/m);
    for (const name of ['Java', 'Maven', 'Chromium', 'promtool', 'Python, pip']) {
      assert.match(program.output, new RegExp(`^${name} +MISSING: .*install .*\\(npm `, 'm'));
    }
    assert.match(program.output, new RegExp(`^Kafka +runs on port ${KAFKA_PORT}$`, 'm'));
    assert.match(program.output, /^sandbox +port \d+ is (free|in use)$/m);
  });
});
