import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * Reads the arguments of a command. `--help` and `-h` print the usage and exit with 0; a wrong argument is named in one
 * sentence and exits with 1.
 */
export function readCommandLine<T extends ParseArgsConfig>(usage: string, config: T) {
  const args = process.argv.slice(2);
  const end = args.indexOf('--');
  if ((end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const [problem = ''] = (error as Error).message.split(/\. |\n/);
    console.error(`${problem.replace(/\.$/, '')}: run it with --help to see what it takes.`);
    process.exit(1);
  }
}
