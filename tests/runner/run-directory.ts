import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunDirectory {
  /** For the stack of this run. */
  readonly data: string;
  /** For what the tests leave in the temporary folder. */
  readonly temporary: string;
  /** For the CPU time and the duration of each test file. */
  readonly usage: string;
  remove(): Promise<void>;
}

const local = join(import.meta.dirname, '../../.local');

/** Folders that only this run uses, by its pid. Those of runs that were killed are removed. */
export async function createRunDirectory(): Promise<RunDirectory> {
  await mkdir(local, { recursive: true });
  await Promise.all([removeDead(local, 'test-'), removeDead(tmpdir(), 'switchboard-test-')]);
  const data = join(local, `test-${process.pid}`);
  // Not in the repository: there, Biome and git ignore what a test wants them to see.
  const temporary = join(tmpdir(), `switchboard-test-${process.pid}`);
  const remove = async (): Promise<void> => {
    await Promise.all([data, temporary].map((path) => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  };
  await remove();
  const usage = join(data, 'usage');
  for (const path of [data, temporary, usage]) await mkdir(path);
  return { data, temporary, usage, remove };
}

async function removeDead(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isInteger(pid) || isRunning(pid)) continue;
    // Another user's is theirs to remove.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
