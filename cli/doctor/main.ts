import { readDeployConfig } from '@switchboard/deploy/config';
import { sandbox, services } from '@switchboard/deploy/services';
import { environment } from '@switchboard/service';
import { parseOptions } from '@switchboard/service/command-line';
import { isTaken } from '@switchboard/stack/ports';
import { PREREQUISITES, type Prerequisite, stateOf as prerequisiteState } from '@switchboard/stack/prerequisites';
import type { Variables } from '@switchboard/stack/programs';
import { stackPorts } from '@switchboard/stack/status';
import { list } from '../ops/table.ts';

const USAGE = `npm run switchboard -- doctor

  list what this machine has for npm start and npm test, what it lacks, and what runs on the ports of both

  -h, --help  this text

Exit code 1 if something is missing.

npm run switchboard -- doctor signature

  say why the signature of a captured request is refused; --help explains its options`;

/** `npm run switchboard -- doctor`. @returns the exit code */
export async function doctor(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'signature') return (await import('./signature/main.ts')).doctorSignature(argv.slice(1));
  const { values } = parseOptions({ args: [...argv], options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { text, isComplete } = await examine(PREREQUISITES, environment);
  console.log(`${text}\n\n${list(await portLines(environment))}`);
  return isComplete ? 0 : 1;
}

/** A line for each prerequisite: whether it is there, or how to get it, and what it is for. */
export async function examine(
  wanted: readonly Pick<Prerequisite, 'name' | 'purpose' | 'advice' | 'isThere' | 'instead'>[],
  variables: Variables,
): Promise<{ text: string; isComplete: boolean }> {
  const states = await Promise.all(wanted.map((program) => prerequisiteState(program, variables)));
  const lines = wanted.map(({ name, purpose, advice, instead }, index): [string, string] => {
    const words = { found: 'found', replaced: `not here, and ${instead?.what}`, missing: `MISSING: ${advice}` };
    return [name, `${words[states[index] ?? 'missing']} (${purpose})`];
  });
  return { text: list([['Node.js', process.versions.node], ...lines]), isComplete: !states.includes('missing') };
}

async function portLines(variables: Variables): Promise<[name: string, state: string][]> {
  const config = readDeployConfig(variables);
  const stack = await Promise.all(
    (await stackPorts(variables)).map(
      async ({ title, port, isUp }): Promise<[string, string]> => [
        title,
        isUp ? `runs on port ${port}` : `does not run; port ${port} is ${await stateOf(port)}`,
      ],
    ),
  );
  const ours = await Promise.all(
    [...services, sandbox].map(async (service): Promise<[string, string]> => {
      const port = config.portOf(service);
      return [service.name, `port ${port} is ${await stateOf(port)}`];
    }),
  );
  return [...stack, ...ours];
}

const stateOf = async (port: number): Promise<string> => ((await isTaken(port)) ? 'in use' : 'free');
