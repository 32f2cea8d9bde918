import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';

it('npm run check refuses paths, because it would check nothing', () => {
  const script = join(import.meta.dirname, 'run.ts');
  const { status, stdout } = spawnSync(process.execPath, [script, '--check', 'packages/kafka'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stdout, /^npm run check takes no paths/);
});
