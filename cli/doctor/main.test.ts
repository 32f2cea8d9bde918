import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { testStack } from '@switchboard/stack/test-stack';
import { examine } from './main.ts';

const part = (name: string, isThere: boolean) => ({
  ...{ name, purpose: `${name} is for tests`, advice: `install ${name}` },
  isThere: async () => isThere,
});

const replaced = { ...part('third', false), instead: { what: 'it is downloaded', isPossible: async () => true } };

describe('doctor', () => {
  it('says whether each prerequisite is there, or how to get it, and what it is for', async () => {
    const parts = [part('one', true), part('other', false), replaced];
    const { text, isComplete } = await examine(parts, {});
    assert.equal(isComplete, false);
    assert.deepEqual(text.split('\n'), [
      `Node.js  ${process.versions.node}`,
      'one      found (one is for tests)',
      'other    MISSING: install other (other is for tests)',
      'third    not here, and it is downloaded (third is for tests)',
    ]);
    assert.equal((await examine([part('one', true), replaced], {})).isComplete, true);
  });

  it('names all that is missing, and what runs on the ports of the stack', async () => {
    const { brokers } = testStack();
    const KAFKA_PORT = brokers.split(':')[1] ?? '';
    const variables = { KAFKA_PORT, KAFKA_BROKERS: '', PATH: '', JAVA_HOME: '', CHROMIUM_PATH: '/nowhere' };
    const program = runProgram(join(import.meta.dirname, '../main.ts'), ['doctor'], variables);
    assert.equal(await program.exit, 1);
    assert.match(program.output, /^Node\.js +\d+/m);
    for (const name of ['Java 17 or later', 'Maven', 'Chromium', 'Prometheus with promtool', 'Python 3 with pip']) {
      assert.match(program.output, new RegExp(`^${name} +MISSING: .*install .*\\(`, 'm'));
    }
    assert.match(program.output, new RegExp(`^Kafka +runs on port ${KAFKA_PORT}$`, 'm'));
    assert.match(program.output, /^sandbox +port \d+ is (free|in use)$/m);
  });
});
