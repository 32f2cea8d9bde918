import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { it } from 'node:test';
import { filesOf, root } from '../repository/source-files.ts';
import { findTestFiles } from './test-files.ts';

it('npm test runs every test file of the repository', async () => {
  const { light, heavy } = await findTestFiles({ filters: [], sized: false });
  const found = [...light, ...heavy].map((file) => relative(root, file)).sort();
  assert.deepEqual(found, filesOf('**/*.test.ts').sort());
});
