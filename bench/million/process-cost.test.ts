import assert from 'node:assert/strict';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesKeptBy, cpuSecondsOf } from './process-cost.ts';

test('the CPU time of a process is what the process says of itself', async () => {
  const { user, system } = process.cpuUsage();
  const seconds = await cpuSecondsOf(process.pid);
  assert.ok(Math.abs(seconds - (user + system) / 1e6) < 0.5, `${seconds} s`);
});

test('only the segments that a process has open count as kept', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kept-'));
  t.after(() => rm(folder, { recursive: true }));
  const before = await bytesKeptBy(process.pid);
  for (const [name, bytes] of [
    ['00000000000000000000.log', 300],
    ['00000000000000000300.log', 20],
    ['server.log', 1_000],
  ] as const) {
    const file = await open(join(folder, name), 'w');
    t.after(() => file.close());
    await file.write(Buffer.alloc(bytes));
  }
  assert.equal((await bytesKeptBy(process.pid)) - before, 320);
});
