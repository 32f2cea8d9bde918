import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type LiveFiles, type Logger, openLiveFiles, readNamedFile } from '@switchboard/service';
import type { Registry } from 'prom-client';
import type { Flow } from './flow/flow.ts';
import { FlowError } from './flow/flow-error.ts';
import { loadFlows } from './flow/load-flows.ts';

interface Options {
  /** A file, or a folder of YAML files. */
  path: string;
  /** The hashes of the versions in use, by `name@version`. */
  known(): Promise<ReadonlyMap<string, string>>;
  defaultLocale: string;
  logger: Logger;
  metrics: Registry;
  pollMs?: number;
}

/** The flows of the files, as they change. @throws ConfigError when they cannot be used at the start */
export const openLiveFlows = ({
  path,
  known,
  defaultLocale,
  ...surroundings
}: Options): Promise<LiveFiles<readonly Flow[]>> =>
  openLiveFiles<readonly Flow[]>({
    ...surroundings,
    what: 'flows',
    failed: {
      name: 'flows_reload_failed',
      help: '1 while the flow files cannot be used and the earlier flows stay in force',
    },
    async read(follow) {
      await follow(path);
      const sources = [];
      for (const file of await filesOf(path)) {
        await follow(file);
        sources.push({ path: file, text: await readNamedFile(file, 'The flows file') });
      }
      const hashes = await known();
      try {
        return loadFlows(sources, { known: hashes, defaultLocale }).flows;
      } catch (error) {
        throw error instanceof FlowError ? new ConfigError(error.message.split('\n')) : error;
      }
    },
    describe: ({ length }) => ({ flows: length }),
  });

async function filesOf(path: string): Promise<readonly string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return [path];
  const names = await readdir(path);
  // A folder that Kubernetes mounts has entries for its own use, which begin with dots.
  const yaml = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  return yaml.map((name) => join(path, name));
}
