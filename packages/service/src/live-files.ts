import { readFile, stat } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';
import { ConfigError } from './config.ts';
import type { Logger } from './logger.ts';

/** What was read from files that may change while the process runs. */
export interface LiveFiles<T> {
  /** The newest reading that could be used. */
  current(): T;
  /** Reads again, changed or not; files that cannot be used leave the current reading in force. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface LiveFilesOptions<T> {
  /** For logs, such as `sources`. */
  what: string;
  /** A gauge: 1 while the files cannot be used and an earlier reading stays in force. */
  failed: { readonly name: string; readonly help: string };
  /**
   * Calls and awaits `follow` for each file or folder before it reads it; a folder changes when an entry comes or goes.
   * @throws when the files cannot be used; the message is logged, so it must not quote a secret.
   */
  read(follow: (path: string) => Promise<void>): Promise<T>;
  /** For the log line of a reload. */
  describe?(reading: T): object;
  logger: Logger;
  metrics: Registry;
  pollMs?: number;
}

/**
 * Reads files and follows their changes. It looks instead of watching: Kubernetes replaces mounted files by moving a
 * symbolic link, which watchers miss.
 * @throws what `read` throws when the files cannot be used at the start
 */
export async function openLiveFiles<T>(options: LiveFilesOptions<T>): Promise<LiveFiles<T>> {
  const { what, read, describe = () => ({}), logger, metrics, pollMs = 1_000 } = options;
  const failed = new Gauge({ ...options.failed, registers: [metrics] });
  /** How each file looked before it was read: a change while reading is noticed by the next look. */
  let marks = new Map<string, string>();
  let isApplied = false;
  let complaint: string | undefined;

  async function readOnce(): Promise<T> {
    const found = new Map<string, string>();
    marks = found;
    isApplied = false;
    const reading = await read(async (path) => {
      found.set(path, await markOf(path));
    });
    isApplied = true;
    return reading;
  }

  let current = await readOnce();
  let running = Promise.resolve();

  async function reloadOnce(): Promise<void> {
    try {
      current = await readOnce();
      complaint = undefined;
      failed.set(0);
      logger.info(describe(current), `${what} reloaded`);
    } catch (error) {
      failed.set(1);
      const message = error instanceof Error ? error.message : String(error);
      if (message !== complaint) {
        logger.error({ problem: message }, `${what} not reloaded: the earlier ones stay in force`);
      }
      complaint = message;
    }
  }

  async function reload(): Promise<void> {
    running = running.then(reloadOnce);
    await running;
  }

  const fingerprint = async (): Promise<string> => (await Promise.all([...marks.keys()].map(markOf))).join();

  let lastSeen = '';
  let restUntil = 0;
  async function look(): Promise<void> {
    const startedAt = performance.now();
    if (startedAt < restUntil) return;
    const seen = await fingerprint();
    // Looking at thousands of files takes a while, and may take a twentieth of the time.
    restUntil = performance.now() + (performance.now() - startedAt) * 20;
    // Files that could not be used are tried again even if unchanged: what they name may have become readable.
    const isCurrent = isApplied && seen === [...marks.values()].join();
    // A file that has just changed may be half written: it is read once it has rested for an interval.
    if (!isCurrent && seen === lastSeen) await reload();
    lastSeen = seen;
  }

  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, pollMs);
  timer.unref();

  return {
    current: () => current,
    reload,
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}

/**
 * The text of a file that an operator names.
 * @param what the file, for the error: `The sources file`
 * @throws ConfigError
 */
export async function readNamedFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${what} cannot be read: ${path} (${code})`]);
  }
}

/** Changes when a file is written, replaced, removed or comes back. */
async function markOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
