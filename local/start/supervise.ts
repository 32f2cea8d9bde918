import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { arenas, compileCache, nodeFlags } from '@switchboard/deploy/services';
import { signalGroup } from '@switchboard/stack/watcher';
import { backOffMs } from './back-off.ts';
import type { ServiceLog } from './service-log.ts';

export interface SupervisedService {
  name: string;
  script: string;
  /** Where it answers `/readyz`. */
  url: string;
  variables: Readonly<Record<string, string | undefined>>;
  log: ServiceLog;
  /** Told when it is ready, and when it dies. */
  say: (line: string) => void;
}

export interface Supervision {
  /** Fulfilled when the service is ready for the first time; rejected when it died too often before that. */
  readonly ready: Promise<void>;
  /** Asks it to stop, and kills it when it has not in time; returns when it is gone. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** A service that cannot start says so; three times is enough to know that it is not bad luck. */
const START_ATTEMPTS = 3;
/** The exit code of runService for a wrong configuration, which a second try does not change. */
const EXIT_CONFIG = 78;
/** Having lived so long, its death is a new story. */
const STABLE_MS = 30_000;
/** Leaves the stack, which is stopped afterwards, its 15 s of the 30. */
const STOP_LIMIT_MS = 13_000;

/** Keeps a service running, as a process of its own: one that dies is started again, ever later if it goes on dying. */
export function supervise(service: SupervisedService): Supervision {
  const { name, log, say } = service;
  const stopping = new AbortController();
  const ready = Promise.withResolvers<void>();
  // It may be rejected when it is no longer awaited.
  ready.promise.catch(() => {});
  let child: ChildProcess | undefined;
  let wasReady = false;

  async function run(): Promise<void> {
    for (let deaths = 0; !stopping.signal.aborted; ) {
      const startedAt = performance.now();
      const process = start(service);
      child = process;
      const ended = new Promise<number | string>((resolve) => {
        process.once('error', (error) => resolve(error.message));
        // By then all it said has been read.
        process.once('close', (code, signal) => resolve(signal ?? code ?? 0));
      });
      const gone = new AbortController();
      const announced = untilReady(service.url, gone.signal).then((is) => {
        if (!is) return;
        say(`is ready${wasReady ? ' again' : ''} on ${service.url} (process ${process.pid})`);
        wasReady = true;
        ready.resolve();
      });
      const how = await ended;
      gone.abort();
      await announced;
      child = undefined;
      if (stopping.signal.aborted) return;

      deaths = performance.now() - startedAt > STABLE_MS ? 1 : deaths + 1;
      const reason = `has died (${causeOf(how, log.lastFailure)})`;
      const final = how === EXIT_CONFIG;
      if (!wasReady && (final || deaths >= START_ATTEMPTS)) {
        const times = final ? '' : `, ${deaths} times in a row`;
        ready.reject(new StartError(`${name} ${reason}${times}: it cannot start. Its log is ${log.file}`));
        return;
      }
      const delayMs = backOffMs(deaths);
      say(`${reason}; it is started again in ${delayMs / 1_000} s`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = run();
  const signal = (name: NodeJS.Signals): void => {
    if (child?.pid !== undefined && child.exitCode === null) signalGroup(child.pid, name);
  };
  return {
    ready: ready.promise,
    async stop() {
      stopping.abort();
      signal('SIGTERM');
      const killer = setTimeout(() => signal('SIGKILL'), STOP_LIMIT_MS);
      await running;
      clearTimeout(killer);
      log.close();
    },
    kill() {
      stopping.abort();
      signal('SIGKILL');
    },
  };
}

/** A signal comes from outside, so the log does not explain it; an exit code is explained by the last error. */
export const causeOf = (how: number | string, failure: string | undefined): string => {
  if (typeof how === 'string') return how;
  const cause = failure ?? (how === EXIT_CONFIG ? 'its configuration is wrong' : undefined);
  return cause === undefined ? `exit code ${how}` : `exit code ${how}: ${cause}`;
};

/** A service could not be brought up. The message says why. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * In a process group of its own, so that the terminal's Ctrl-C reaches only us; with an IPC channel, by whose end it
 * notices when we are killed.
 */
function start({ script, variables, log }: SupervisedService): ChildProcess {
  const child = spawn(process.execPath, [...nodeFlags, script], {
    detached: true,
    env: { NODE_COMPILE_CACHE: compileCache, MALLOC_ARENA_MAX: arenas, ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr } = child;
  if (stdout !== null && stderr !== null) log.follow(stdout, stderr);
  return child;
}

/** @returns false when `signal` came first */
async function untilReady(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(2_000)]);
      const response = await fetch(`${url}/readyz`, { signal: limit });
      await response.body?.cancel();
      if (response.ok) return true;
    } catch {
      // Not listening yet.
    }
    await sleep(100, undefined, { signal }).catch(() => {});
  }
  return false;
}
