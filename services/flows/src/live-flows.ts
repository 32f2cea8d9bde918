import { ConfigError, type LiveFiles, type Logger, openLiveFiles } from '@switchboard/service';
import type { Registry } from 'prom-client';
import { readFlowSources } from './flow/file/read-sources.ts';
import type { Flow } from './flow/flow.ts';
import { FlowError } from './flow/flow-error.ts';
import { loadFlows } from './flow/load-flows.ts';

interface Options {
  /** Files, and folders of YAML files, separated by commas. */
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
      try {
        const sources = await readFlowSources(path, follow);
        return loadFlows(sources, { known: await known(), defaultLocale }).flows;
      } catch (error) {
        throw error instanceof FlowError ? new ConfigError(error.message.split('\n')) : error;
      }
    },
    describe: ({ length }) => ({ flows: length }),
  });
