import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';

const script = join(import.meta.dirname, 'fixtures/run-lanes.ts');

it('lanes run beside each other, and print one after the other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-lanes-'));
  const files = { first: join(folder, 'first.test.mjs'), second: join(folder, 'second.test.mjs') };
  // The first waits for the second.
  await writeFile(
    files.first,
    `import { existsSync } from 'node:fs';
     import { it } from 'node:test';
     it('the first lane', async () => {
       while (!existsSync(${JSON.stringify(join(folder, 'began'))})) await new Promise((resolve) => setTimeout(resolve, 20));
     });
     it('fails', () => { throw new Error('for a reason'); });`,
  );
  await writeFile(
    files.second,
    `import { writeFileSync } from 'node:fs';
     import { it } from 'node:test';
     it('the second lane', () => writeFileSync(${JSON.stringify(join(folder, 'began'))}, ''));`,
  );
  const { NODE_TEST_CONTEXT: _, ...env } = environment;
  const { stdout } = await promisify(execFile)(process.execPath, [script, files.first, files.second], { env });
  assert.deepEqual(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''), { passed: 2, failed: 1 });
  assert.match(stdout, /the first lane.*fails.*duration_ms.*the second lane/s);
});
