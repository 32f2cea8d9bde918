import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line cannot be understood; the message is one sentence that names what is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads options as `parseArgs` does. @throws UsageError */
export function parseOptions<const C extends ParseArgsConfig>(config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new UsageError(`${message.split(/\.?\s*\n|\. /)[0]}.`, { cause: error });
  }
}
