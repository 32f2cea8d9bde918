import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from './fixtures/folder.ts';
import { isRunning, processIdentity, withLock } from './lock.mjs';

test('only one process at a time holds the lock', async () => {
  const folder = await temporaryFolder();
  const [lock, file] = [join(folder, 'lock'), join(folder, 'count')];
  await writeFile(file, '0');
  const counter = join(import.meta.dirname, 'fixtures/counter.ts');
  const run = () => promisify(execFile)(process.execPath, [counter, lock, file, '25']);
  await Promise.all([run(), run(), run()]);
  assert.equal(await readFile(file, 'utf8'), '75');
  assert.equal(existsSync(lock), false);
});

test('a lock whose holder has died is taken over, by one of those who wait', async () => {
  const folder = await temporaryFolder();
  const [lock, file] = [join(folder, 'lock'), join(folder, 'count')];
  await writeFile(file, '0');
  await writeFile(lock, `${await deadIdentity()} 0.5`);
  const counter = join(import.meta.dirname, 'fixtures/counter.ts');
  const run = () => promisify(execFile)(process.execPath, [counter, lock, file, '10']);
  await Promise.all([run(), run(), run()]);
  assert.equal(await readFile(file, 'utf8'), '30');
});

test('a waiting process names the holder once', async () => {
  const lock = join(await temporaryFolder(), 'lock');
  const holders: number[] = [];
  const first = Promise.withResolvers<void>();
  const holding = withLock(lock, () => first.promise);
  const waiting = withLock(
    lock,
    async () => 'mine',
    (holder) => {
      holders.push(holder);
      first.resolve();
    },
  );
  await holding;
  assert.equal(await waiting, 'mine');
  assert.deepEqual(holders, [process.pid]);
});

test('a lock is given back when the work fails', async () => {
  const lock = join(await temporaryFolder(), 'lock');
  await assert.rejects(
    withLock(lock, async () => {
      throw new Error('broken');
    }),
    /broken/,
  );
  assert.equal(await withLock(lock, async () => 'again'), 'again');
});

test('a process is distinguished from a later one with the same pid', () => {
  const identity = processIdentity(process.pid) ?? '';
  assert.equal(isRunning(identity), true);
  assert.equal(isRunning(`${process.pid} another start`), false);
});

async function deadIdentity(): Promise<string> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const identity = processIdentity(child.pid ?? 0) ?? '';
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}
