import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { describeUsage } from './usage.ts';

it('lists the files that took the most CPU time, children included, or the longest', async () => {
  const [files, usage] = [await mkdtemp(join(tmpdir(), 'files-')), await mkdtemp(join(tmpdir(), 'usage-'))];
  const compute = 'const end = process.cpuUsage().user + 400_000; while (process.cpuUsage().user < end);';
  const parent = `import { spawnSync } from 'node:child_process';\nspawnSync(process.execPath, ['-e', '${compute}']);`;
  const texts = { 'idle.test.ts': '', 'computes.test.ts': compute, 'spawns.test.ts': parent, 'no-test.ts': '' };
  const preload = new URL(`test-process.ts?ms=60000&usage=${usage}`, import.meta.url).href;
  const { NODE_TEST_CONTEXT: _, ...env } = environment;
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(files, name), text);
    await promisify(execFile)(process.execPath, [`--import=${preload}`, join(files, name)], { env });
  }
  const [total, , ...lines] = describeUsage(usage).split('\n');
  assert.match(total ?? '', /^3 test files took \d+\.\d s of CPU time/);
  const names = lines.map((line) => /(\w+)\.test\.ts$/.exec(line)?.[1]);
  assert.deepEqual([names.length, names.at(-1)], [3, 'idle']);
});
