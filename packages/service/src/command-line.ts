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

/**
 * Reads the arguments of a command. `--help` and `-h` print the usage and exit with 0; a wrong argument is named in one
 * sentence and exits with 1.
 */
export function readCommandLine<const C extends ParseArgsConfig>(usage: string, config: C) {
  const args = process.argv.slice(2);
  const end = args.indexOf('--');
  if ((end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseOptions(config);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message.replace(/\.+$/, '')}: run it with --help to see what it takes.`);
    process.exit(1);
  }
}
