import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Difference,
  FlowError,
  type FlowTest,
  judge,
  type LoadedFlows,
  loadFlows,
  readFlowSources,
  readTestFile,
  renderTrace,
  simulate,
} from '@switchboard/flows/testing';
import { environment } from '@switchboard/service';
import { parseOptions, UsageError } from '@switchboard/service/command-line';

const SHIPPED = join(import.meta.dirname, '../../services/flows/flows.yaml');

const USAGE = `npm run flows -- <command>

  check [path]      check a file of flows or a folder of such files
  test <file> ...   run flows on example events and a simulated clock, show what happens,
                    and compare it with what the file expects
  --quiet           show only what differs
  -h, --help        this text

Without a path, and for tests that name no flows: FLOWS, or services/flows/flows.yaml.
Exit code 1 if a file is invalid or a test fails. docs/flows.md explains flows and their tests.`;

/** `npm run switchboard -- flows`. @returns the exit code */
export async function flows(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...argv],
    allowPositionals: true,
    options: { quiet: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  const [command, ...paths] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  try {
    if (command === 'check') return await check(paths);
    if (command === 'test') return await test(paths, values.quiet);
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    console.error(error.message);
    return 1;
  }
  throw new UsageError('Say what to do: flows check or flows test.');
}

const load = async (path = environment.FLOWS ?? SHIPPED): Promise<LoadedFlows> =>
  loadFlows(await readFlowSources(path));

async function check(paths: readonly string[]): Promise<number> {
  if (paths.length > 1) throw new UsageError('Give one file or one folder: flows check path.');
  const { flows: loaded } = await load(paths[0]);
  for (const { name, version, slots } of loaded) {
    console.log(`✔ ${name} version ${version}: ${slots.map(({ type }) => type).join(', ')}`);
  }
  if (loaded.length === 0) console.log('✔ no flows');
  return 0;
}

async function test(paths: readonly string[], isQuiet: boolean): Promise<number> {
  if (paths.length === 0) throw new UsageError('Name the file of the tests: flows test file.');
  let [passed, failed] = [0, 0];
  for (const path of paths) {
    const file = readTestFile({ path, text: await readText(path) });
    const loaded = await load(file.flows);
    for (const one of file.tests) {
      const lines = run(one, loaded, isQuiet);
      if (lines === undefined) passed += 1;
      else failed += 1;
      for (const line of lines ?? []) console.log(line);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Prints what happens. @returns what differs; undefined if nothing does */
function run({ name, arrivals, until, expect }: FlowTest, loaded: LoadedFlows, isQuiet: boolean): string[] | undefined {
  const simulated = simulate(loaded, arrivals, until);
  const differences = judge(simulated, expect);
  const isGood = differences.length === 0;
  if (!isQuiet || !isGood) console.log(`${isGood ? '✔' : '✖'} ${name}\n${indented(renderTrace(simulated))}\n`);
  return isGood ? undefined : ['  - expected, + happened', ...differences.flatMap(renderDifference), ''];
}

const renderDifference = ({ part, lines }: Difference): string[] => [
  `  ${part}:`,
  ...lines.flatMap(({ expected, actual }) =>
    expected === actual
      ? [`      ${expected}`]
      : [
          ...(expected === undefined ? [] : [`    - ${expected}`]),
          ...(actual === undefined ? [] : [`    + ${actual}`]),
        ],
  ),
];

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
