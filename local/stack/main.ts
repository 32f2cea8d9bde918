import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ConfigError, environment, readCommandLine } from '@switchboard/service';
import { down } from './down.ts';
import { LocalStackError } from './error.ts';
import type { Part } from './part.ts';
import { ADMIN, type Secured, variablesOf } from './secured.ts';
import { type Stack, startStack } from './stack.ts';
import { status } from './status.ts';

const USAGE =
  'Usage: npm run local -- up [--brokers 3 | --secured] | status | down   [--directory <folder for the data>]';
const DATA = join(environment.LOCAL_DIRECTORY || join(import.meta.dirname, '../../.local'), 'data');

// The reader of our output may exit before us.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const print = (line: string) => console.log(line);

async function up(directory: string, brokers: 1 | 3, secured: boolean): Promise<void> {
  const stopping = new AbortController();
  for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
    process.on(event, () => {
      // The second signal exits at once. The watcher ends the remaining processes.
      if (stopping.signal.aborted) process.exit(1);
      print('Stopping …');
      stopping.abort(new LocalStackError('Stopped during the start.'));
    });
  }
  // bootstrap.mjs may have exited by now.
  if (process.connected === false) return;
  const onExit = async (reason: string, part: Part) => {
    if (stopping.signal.aborted) return;
    print(`${reason}. Starting it again …`);
    await part.start().then(
      () => print(`${part.name} answers again.`),
      (error: Error) => print(error.message),
    );
  };
  // A plain Kafka on the well-known ports must not pass for the secured one.
  const ports = secured ? 'free' : 'default';
  const signal = stopping.signal;
  const stack = await startStack({ directory, brokers, secured, ports, signal, progress: print, onExit });
  print(stack.secured === undefined ? addresses(stack, directory) : securedAddresses(stack, stack.secured));
  if (stack.started.length > 0) {
    print('Press Ctrl-C to stop the parts that this command has started.');
    if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
  }
  await stack.stop();
}

const addresses = ({ brokers, registryUrl, redisUrl }: Stack, directory: string): string => `
Kafka            ${brokers}
Schema registry  ${registryUrl}
Redis            ${redisUrl}
Data and logs    ${relative(process.cwd(), directory) || directory}

export KAFKA_BROKERS=${brokers} SCHEMA_REGISTRY_URL=${registryUrl} REDIS_URL=${redisUrl}
`;

/** Writes a file with the variables of each user, and names them. */
function securedAddresses(stack: Stack, secured: Secured): string {
  for (const user of secured.users) {
    const variables = { ...variablesOf(secured, user, stack), SCHEMA_REGISTRY_URL: stack.registryUrl };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(secured.directory, `${user}.env`), lines.join(''), { mode: 0o600 });
  }
  return `
Kafka            ${stack.brokers}, with SASL_SSL and rights
Redis            ${stack.redisUrl}, with a user and a password
Schema registry  ${stack.registryUrl}
Variables        ${join(secured.directory, '<user>.env')} for ${secured.users.join(', ')}

Create the topics and grant the rights, once:

  set -a; . ${join(secured.directory, `${ADMIN}.env`)}; npm run register -- --grant
`;
}

async function main(): Promise<void> {
  const { values, positionals } = readCommandLine(USAGE, {
    allowPositionals: true,
    options: {
      brokers: { type: 'string', default: '1' },
      directory: { type: 'string' },
      secured: { type: 'boolean', default: false },
    },
  });
  const [command] = positionals;
  const { brokers, secured, directory = secured ? `${DATA}-secured` : DATA } = values;
  if (command === 'up' && (brokers === '1' || (brokers === '3' && !secured))) {
    await up(directory, brokers === '1' ? 1 : 3, secured);
  } else if (command === 'status') print(await status(directory));
  else if (command === 'down') await down(directory, print);
  else throw new LocalStackError(USAGE);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const expected = error instanceof LocalStackError || error instanceof ConfigError;
  console.error(expected ? error.message : error);
  process.exit(1);
}
