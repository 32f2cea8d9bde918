import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const GRACE_MS = 10_000;

/**
 * A small process that outlives this one. When the pipe between the two closes, even after `kill -9`, it ends every
 * process that was added.
 */
export interface Watcher {
  add(pid: number): void;
  remove(pid: number): void;
  /** Ends the remaining processes and the watcher. */
  close(): void;
}

export function startWatcher(): Watcher {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  // Ignore the loss of the watcher: it is only a safeguard.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  return {
    add: (pid) => child.stdin.write(`+${pid}\n`),
    remove: (pid) => child.stdin.write(`-${pid}\n`),
    close: () => child.stdin.end(),
  };
}

/** Ends process groups: SIGTERM, then SIGKILL for what is left after `graceMs`. Returns when they are gone. */
export async function endProcesses(pids: Iterable<number>, graceMs = GRACE_MS): Promise<void> {
  let left = [...pids].filter((pid) => signalGroup(pid, 'SIGTERM'));
  // A paused process ignores SIGTERM.
  for (const pid of left) signalGroup(pid, 'SIGCONT');
  const kill = Date.now() + graceMs;
  const giveUp = kill + 5_000;
  while (left.length > 0 && Date.now() < giveUp) {
    await sleep(50);
    left = left.filter((pid) => signalGroup(pid, Date.now() < kill ? 0 : 'SIGKILL'));
  }
}

/** @returns false when the group is gone */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

if (import.meta.main) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const pids = new Set<number>();
  for await (const line of createInterface({ input: process.stdin })) {
    const pid = Number(line.slice(1));
    if (line.startsWith('+')) pids.add(pid);
    else pids.delete(pid);
  }
  await endProcesses(pids);
}
