import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorLine, LocalStackError } from './error.ts';
import type { Part } from './part.ts';
import { readRecord, supervisorOf, writeRecord } from './records.ts';
import { signalGroup, type Watcher } from './watcher.ts';

const START_LIMIT_MS = 240_000;
const STOP_LIMIT_MS = 10_000;

export interface PartProcess {
  name: string;
  port: number;
  /** Holds `<file>.log` and `<file>.pid`. */
  directory: string;
  file: string;
  command: string;
  args: readonly string[];
  /** The user that it runs as; default the current one. */
  user?: { uid: number; gid: number } | undefined;
  /** How long it may take to stop. */
  stopLimitMs?: number;
  /** True when it is ready. Called until then. */
  answers(): Promise<boolean>;
}

/** A part that runs as a child in a separate process group, so that Ctrl-C in the terminal does not reach it. */
export function createProcess(
  { name, port, directory, file, command, args, user, stopLimitMs = STOP_LIMIT_MS, answers }: PartProcess,
  watcher: Watcher,
  onExit: (reason: string, part: Part) => void,
): Part {
  const log = join(directory, `${file}.log`);
  const record = join(directory, `${file}.pid`);
  let child: ChildProcess | undefined;
  let exited = Promise.resolve('not started');
  /** Distinguishes an unexpected end from a requested one. */
  let settled = false;

  async function start(): Promise<void> {
    if (child !== undefined) return;
    mkdirSync(directory, { recursive: true });
    const other = readRecord(record);
    if (other !== undefined) {
      throw new LocalStackError(
        `${name} already runs on ${directory}, started by process ${supervisorOf(other)}: stop it first.`,
      );
    }
    if (existsSync(log)) renameSync(log, join(directory, `${file}.previous.log`));
    const output = openSync(log, 'w');
    const started = spawn(command, args, {
      ...user,
      cwd: directory,
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    child = started;
    settled = false;
    exited = new Promise((resolve) => {
      started.once('error', (error) => resolve(error.message));
      started.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const { pid } = started;
    if (pid !== undefined) {
      watcher.add(pid);
      writeRecord(record, { name, port, pid });
    }
    exited.then((reason) => {
      if (pid !== undefined) watcher.remove(pid);
      rmSync(record, { force: true });
      child = undefined;
      if (settled) onExit(`${name} ended unexpectedly (${reason}); its log is ${log}`, part);
    });
    await untilAnswers();
    settled = child !== undefined;
  }

  async function untilAnswers(): Promise<void> {
    const over = exited.then((reason) => {
      throw new LocalStackError(
        `${name} ended while starting (${reason}): ${errorLine(readFileSync(log, 'utf8'))} (the whole log is ${log})`,
      );
    });
    // The process can also end later, when nothing awaits this promise.
    over.catch(() => {});
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await Promise.race([answers(), over]))) {
      if (Date.now() > deadline) {
        await end('SIGKILL');
        throw new LocalStackError(`${name} did not answer within ${START_LIMIT_MS / 1000} s: look at its log, ${log}.`);
      }
      await Promise.race([sleep(100), over]);
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (child?.pid === undefined) return;
    const { pid } = child;
    settled = false;
    signalGroup(pid, signal);
    // A paused process ignores SIGTERM.
    signalGroup(pid, 'SIGCONT');
    const killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), stopLimitMs);
    await exited;
    await groupGone(pid);
    clearTimeout(killer);
  }

  const send = async (signal: NodeJS.Signals) => {
    if (child?.pid !== undefined) signalGroup(child.pid, signal);
  };

  /** Resolves when the process is stopped: on a busy machine, it can still answer for a moment after the signal. */
  async function pause(): Promise<void> {
    await send('SIGSTOP');
    for (let checks = 0; checks < 100 && isRunning(child?.pid); checks += 1) await sleep(10);
  }

  const part: Part = {
    name,
    port,
    get pid() {
      return child?.pid;
    },
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause,
    resume: () => send('SIGCONT'),
  };
  return part;
}

/** Whether Linux says that the process is neither stopped nor gone; false where there is no /proc. */
function isRunning(pid: number | undefined): boolean {
  try {
    const [, state] = /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state !== undefined && !'TtZX'.includes(state);
  } catch {
    return false;
  }
}

/** Waits for the children of a process that was killed: those of Postgres hold its memory until they end. */
async function groupGone(pid: number): Promise<void> {
  for (let checks = 0; checks < 200; checks += 1) {
    try {
      process.kill(-pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
}
