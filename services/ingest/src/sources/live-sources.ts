import type { Rate } from '@switchboard/async';
import { type Environment, type Logger, openLiveFiles, readNamedFile } from '@switchboard/service';
import type { Registry } from 'prom-client';
import { quotaRate } from '../quota/tenant-quota.ts';
import { resolveSources, type Source, type Sources } from './sources.ts';
import { namedFiles, parseSources } from './sources-file.ts';

export interface LiveSources {
  get(name: string): Source | undefined;
  names(): Iterable<string>;
  values(): Iterable<Source>;
  /** The quota that the file gives a tenant. Undefined if it does not name the tenant; a rate of 0 is no limit. */
  quotaOf(tenant: string): Rate | undefined;
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
  const { current, reload, close } = await openLiveFiles<{ sources: Sources; quotas: ReadonlyMap<string, Rate> }>({
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
      const quotas = Object.entries(file.tenants).map(
        ([name, { rate, burst }]) => [name, quotaRate(rate, burst)] as const,
      );
      return { sources, quotas: new Map(quotas) };
    },
    describe: ({ sources }) => ({ sources: sources.size }),
    logger,
    ...options,
  });
  return {
    get: (name) => current().sources.get(name),
    names: () => current().sources.keys(),
    values: () => current().sources.values(),
    quotaOf: (tenant) => current().quotas.get(tenant),
    reload,
    close,
  };
}
