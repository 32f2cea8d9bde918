import { type LiveFiles, type Logger, openLiveFiles, readNamedFile } from '@switchboard/service';
import type { Registry } from 'prom-client';
import { readRecipients } from './recipients-file.ts';
import type { Rules } from './rules.ts';

interface Options {
  readonly path: string;
  readonly sendable: readonly string[];
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** The recipients of the file, as it changes. @throws ConfigError when it cannot be used at the start */
export const openLiveRecipients = ({ path, sendable, ...surroundings }: Options): Promise<LiveFiles<Rules>> =>
  openLiveFiles<Rules>({
    ...surroundings,
    what: 'recipients',
    failed: {
      name: 'notifier_recipients_reload_failed',
      help: '1 while the recipients file cannot be used and the earlier recipients stay in force',
    },
    async read(follow) {
      await follow(path);
      return readRecipients(await readNamedFile(path, 'The recipients file'), path, sendable);
    },
    describe: ({ size }) => ({ types: size }),
  });
