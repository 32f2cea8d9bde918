import { ConfigError, type LiveFiles, type LiveFilesOptions, openLiveFiles } from '@switchboard/service';
import { readFlowSources } from './file/read-sources.ts';
import { FlowError } from './flow-error.ts';
import { type LoadedFlows, type LoadOptions, loadFlows } from './load-flows.ts';

interface Options
  extends Pick<LiveFilesOptions<LoadedFlows>, 'logger' | 'metrics' | 'pollMs'>,
    Pick<LoadOptions, 'defaultLocale'> {
  /** A file, or a folder of files. */
  path: string;
  /** The hashes of the versions in the database, by `name@version`. */
  known(): Promise<ReadonlyMap<string, string>>;
}

/**
 * Reads the flows and follows their files; broken ones leave the flows in force as they are.
 * @throws ConfigError when they cannot be used at the start
 */
export const openLiveFlows = ({ path, known, defaultLocale, ...options }: Options): Promise<LiveFiles<LoadedFlows>> =>
  openLiveFiles({
    ...options,
    what: 'flows',
    failed: {
      name: 'flows_reload_failed',
      help: '1 while the files of flows cannot be used and the earlier flows stay in force',
    },
    async read(follow) {
      const sources = await readFlowSources(path, follow);
      try {
        return loadFlows(sources, { known: await known(), ...(defaultLocale && { defaultLocale }) });
      } catch (error) {
        throw error instanceof FlowError ? new ConfigError(error.message.split('\n')) : error;
      }
    },
    describe: ({ flows }) => ({ flows: flows.length }),
  });
