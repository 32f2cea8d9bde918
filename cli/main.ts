import { readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { explainAndExit } from '@switchboard/deploy/explain';
import { compileCache } from '@switchboard/deploy/services';
import { UsageError } from '@switchboard/service/command-line';

interface Command {
  readonly summary: string;
  /** Loads the command when it is called, so that the others start fast. */
  load(): Promise<(argv: readonly string[]) => Promise<number>>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  ops: {
    summary: 'show what is stuck and why, and get it going again',
    load: async () => (await import('./ops/main.ts')).ops,
  },
  send: {
    summary: 'send signed sample events to ingest',
    load: async () => (await import('./send/main.ts')).send,
  },
  'new-service': {
    summary: 'write a new consumer service, with a test',
    load: async () => (await import('./new-service/main.ts')).newService,
  },
  keys: {
    summary: 'make an API key for POST /v1/events',
    load: async () => (await import('./keys/main.ts')).keys,
  },
  flows: {
    summary: 'check flows, and run them on example events',
    load: async () => (await import('./flows/main.ts')).flows,
  },
  map: {
    summary: 'show what a body becomes by the mapping of a source',
    load: async () => (await import('./map/main.ts')).map,
  },
  size: {
    summary: 'compute what an installation needs for a rate of events',
    load: async () => (await import('./size/main.ts')).size,
  },
  doctor: {
    summary: 'list what this machine has, and what it lacks',
    load: async () => (await import('./doctor/main.ts')).doctor,
  },
};

const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
const list = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
const USAGE = `npm run switchboard -- <command> [options]

${list.join('\n')}

<command> --help explains its options; --version shows the version.`;

/** @returns the exit code */
async function main([first, ...rest]: readonly string[]): Promise<number> {
  if (first === undefined || (rest.length === 0 && ['--help', '-h', 'help'].includes(first))) {
    console.log(USAGE);
    return first === undefined ? 1 : 0;
  }
  if (first === '--version' && rest.length === 0) {
    const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
    console.log(`switchboard ${manifest.version}`);
    return 0;
  }
  const [name = '', ...argv] = first === 'help' ? [...rest, '--help'] : [first, ...rest];
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw new UsageError(`There is no command ${name}.`);
    return await (await command.load())(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) explainAndExit(error);
    const help = command === undefined ? '--help' : `${name} --help`;
    console.error(`${error.message} \`npm run switchboard -- ${help}\` shows what there is.`);
    return 1;
  }
}

enableCompileCache(compileCache);
process.exitCode = await main(process.argv.slice(2));
