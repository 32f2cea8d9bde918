import assert from 'node:assert/strict';
import { isAscii } from 'node:buffer';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createBundle } from './create-bundle.ts';

it('is ASCII, and has the thread of the embedded database beside it, with what it needs', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-bundle-'));
  try {
    const { script } = await createBundle('flows', directory);
    const name = 'database-thread.mjs';
    const code = await readFile(script, 'utf8');
    assert.ok(code.includes(`new URL("./${name}", import.meta.url)`));
    assert.ok(isAscii(Buffer.from(code)), 'Node keeps a program with other letters at twice its size');
    // A folder that cannot be made: PGlite is loaded, and says so.
    const folder = join(script, 'no-folder');
    const thread = new Worker(join(dirname(script), name), { workerData: { folder } });
    const [answer] = await once(thread, 'message');
    assert.equal(answer.kind, 'failed');
    assert.match(answer.message, /ENOTDIR/);
    await thread.terminate();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
