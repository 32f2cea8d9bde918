import { type Environment, type Logger, openLiveFiles, readNamedFile } from '@switchboard/service';
import type { Registry } from 'prom-client';
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
  environment: Environment;
  logger: Logger;
  metrics: Registry;
  pollMs?: number;
}

/**
 * Reads the sources file and follows its changes, and those of the files it names: secrets and mappings.
 * @throws ConfigError when the file cannot be used at the start.
 */
export async function openSources({ path, environment, logger, ...options }: Options): Promise<LiveSources> {
  const { current, reload, close } = await openLiveFiles<Sources>({
    what: 'sources',
    failed: {
      name: 'ingest_sources_reload_failed',
      help: '1 while the sources file cannot be used and an earlier reading of it stays in force',
    },
    async read(follow) {
      await follow(path);
      const file = parseSources(await readNamedFile(path, 'The sources file'), path);
      for (const named of namedFiles(file)) await follow(named);
      const sources = await resolveSources(file, environment);
      const insecure = [...sources.values()].filter((source) => source.hasInsecureSecrets).map(({ name }) => name);
      if (insecure.length > 0) {
        logger.warn(
          { sources: insecure },
          'insecureSecrets is set, which is for development only: secrets may be short',
        );
      }
      return sources;
    },
    describe: ({ size }) => ({ sources: size }),
    logger,
    ...options,
  });
  return {
    get: (name) => current().get(name),
    names: () => current().keys(),
    values: () => current().values(),
    reload,
    close,
  };
}
