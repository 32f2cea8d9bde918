import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMissing, PREREQUISITES, remedyFor } from './prerequisites.ts';

const [java, , chromium] = PREREQUISITES;
const missing = [java, chromium].filter((program) => program !== undefined);

describe('missing programs', () => {
  for (const [what, programs, machine, expected] of [
    ['none', [], { root: false, apt: false }, /^none$/],
    ['root on Debian', missing, { root: true, apt: true }, /^install default-jre-headless chromium$/],
    ['a user on Debian', missing, { root: false, apt: true }, /Java 17.*Chromium.*sudo apt-get install default-jre/s],
    ['macOS', missing, { root: false, apt: false }, /Java 17.*: install it.*Chromium, which opens.*CHROMIUM_PATH/s],
  ] as const) {
    it(`are handled for ${what}`, () => {
      const remedy = remedyFor(programs, machine);
      const text =
        remedy.kind === 'install'
          ? `install ${remedy.packages.join(' ')}`
          : remedy.kind === 'name'
            ? remedy.message
            : remedy.kind;
      assert.match(text, expected);
    });
  }

  it('are only those that the chosen tests need', async () => {
    const nothing = { PATH: '/no/such/folder', CHROMIUM_PATH: '/no/such/chromium' };
    const namesFor = async (...files: string[]) => (await findMissing(files, nothing)).map(({ name }) => name);
    assert.deepEqual(await namesFor('packages/kafka/src/a.test.ts'), []);
    assert.deepEqual(await namesFor('packages/kafka/src/a.faults.test.ts'), ['Java 17 or later', 'Maven']);
    assert.deepEqual(await namesFor('sandbox/src/page.test.ts'), ['Chromium']);
    const all = ['sandbox/a.test.ts', 'deploy/a.test.ts', 'tests/a.test.ts'];
    assert.equal((await namesFor(...all)).length, PREREQUISITES.length);
    assert.deepEqual(await namesFor(), []);
  });
});
