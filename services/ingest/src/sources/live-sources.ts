import { readFile, stat } from 'node:fs/promises';
import { ConfigError, type Logger } from '@switchboard/service';
import { Gauge, type Registry } from 'prom-client';
import { resolveSources, type Source, type Sources } from './sources.ts';
import { namedFiles, parseSources } from './sources-file.ts';

export interface LiveSources {
  get(name: string): Source | undefined;
  names(): Iterable<string>;
  values(): Iterable<Source>;
  /** Reads again, changed or not; a file that cannot be used leaves the sources as they are. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  path: string;
  environment: Readonly<Record<string, string | undefined>>;
  logger: Logger;
  metrics: Registry;
  pollMs?: number;
}

/**
 * Reads the sources file and follows its changes, and those of the files it names: secrets and mappings. It looks instead of
 * watching: Kubernetes replaces mounted files by moving a symbolic link, which watchers miss.
 * @throws ConfigError when the file cannot be used at the start.
 */
export async function openSources({
  path,
  environment,
  logger,
  metrics,
  pollMs = 1_000,
}: Options): Promise<LiveSources> {
  const failed = new Gauge({
    name: 'ingest_sources_reload_failed',
    help: '1 while the sources file cannot be used and an earlier reading of it stays in force',
    registers: [metrics],
  });
  let files = [path];
  let applied = '';
  let complaint: string | undefined;

  async function read(): Promise<Sources> {
    // Looked at before reading: what changes in between is noticed by the next look.
    applied = await fingerprint(files);
    const file = parseSources(await readText(path), path);
    const named = [path, ...namedFiles(file)];
    if (named.join() !== files.join()) {
      files = named;
      return read();
    }
    const resolved = await resolveSources(file, environment);
    const insecure = [...resolved.values()].filter((source) => source.hasInsecureSecrets).map(({ name }) => name);
    if (insecure.length > 0) {
      logger.warn({ sources: insecure }, 'insecureSecrets is set, which is for development only: secrets may be short');
    }
    return resolved;
  }

  let sources = await read();
  let running = Promise.resolve();

  async function reloadOnce(): Promise<void> {
    try {
      sources = await read();
      complaint = undefined;
      failed.set(0);
      logger.info({ sources: sources.size }, 'sources reloaded');
    } catch (error) {
      failed.set(1);
      // Looked at again the next time: what could not be read may be readable then, though it has not changed.
      applied = '';
      const message = error instanceof Error ? error.message : String(error);
      if (message !== complaint)
        logger.error({ problem: message }, 'sources not reloaded: the earlier ones stay in force');
      complaint = message;
    }
  }

  async function reload(): Promise<void> {
    running = running.then(reloadOnce);
    await running;
  }

  let lastSeen = applied;
  async function look(): Promise<void> {
    const seen = await fingerprint(files);
    // A file that has just changed may be half written: it is read once it has rested for an interval.
    if (seen !== applied && seen === lastSeen) await reload();
    lastSeen = seen;
  }

  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, pollMs);
  timer.unref();

  return {
    get: (name) => sources.get(name),
    names: () => sources.keys(),
    values: () => sources.values(),
    reload,
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError([`The sources file cannot be read: ${path} (${code})`]);
  }
}

/** Changes when a file is written, replaced, removed or comes back. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      try {
        const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
        return `${ino}:${size}:${mtimeNs}:${ctimeNs}`;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? 'unreadable';
      }
    }),
  );
  return marks.join();
}
