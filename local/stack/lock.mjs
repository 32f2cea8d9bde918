import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Plain JavaScript, because bootstrap.mjs runs it on any version of Node.

/**
 * Names a process so that it differs from a later one with the same pid.
 * @param {number} pid
 * @returns {string | undefined} undefined when no such process runs
 */
export function processIdentity(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return undefined;
  }
  if (process.platform === 'linux') {
    // The fields after the command, which is in brackets and may hold spaces: state is the 1st, start time the 20th.
    const fields = textOf(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ');
    return fields === undefined || fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`;
  }
  try {
    return `${pid} ${execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()}`;
  } catch {
    return undefined;
  }
}

/** Whether the process that `identity` names still runs. @param {string} identity */
export const isRunning = (identity) => processIdentity(Number.parseInt(identity, 10)) === identity;

/**
 * Runs `work` while no other process holds the lock `file`. A lock whose holder has died is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {(holder: number) => void} [waiting] called once, if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, work, waiting) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${processIdentity(process.pid)} ${Math.random()}`;
  for (let isCalled = false; !take(file, mine); await sleep(100)) {
    const holder = textOf(file);
    if (holder === undefined) continue;
    if (!isRunning(holder.replace(/ [^ ]*$/, ''))) {
      breakLock(file, holder);
    } else if (!isCalled) {
      isCalled = true;
      waiting?.(Number.parseInt(holder, 10));
    }
  }
  try {
    return await work();
  } finally {
    if (textOf(file) === mine) rmSync(file, { force: true });
  }
}

/**
 * Links a finished file into place, which is atomic, so no process reads a partial lock.
 * @param {string} file @param {string} content
 */
function take(file, content) {
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Only one process at a time may break a lock; otherwise the second one could remove the first one's new lock.
 * @param {string} file @param {string} deadHolder
 */
function breakLock(file, deadHolder) {
  const guard = `${file}.break`;
  if (!take(guard, String(process.pid))) {
    // A guard exists for microseconds, so an old one is the remains of a crash.
    const age = Date.now() - (modified(guard) ?? Date.now());
    if (age > 10_000) rmSync(guard, { force: true });
    return;
  }
  try {
    if (textOf(file) === deadHolder) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} file */
function modified(file) {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {{ code?: string }} */ (error).code;
