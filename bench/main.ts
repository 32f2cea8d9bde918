import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { against } from './against/bench.ts';
import { autoscale } from './autoscale/bench.ts';
import { burst } from './burst/bench.ts';
import type { Bench, BenchContext } from './comparison.ts';
import { consume } from './consume/bench.ts';
import { contextApi } from './context/bench.ts';
import { flow } from './flow/bench.ts';
import { flows } from './flows/bench.ts';
import { ingest } from './ingest/bench.ts';
import { describeMachine } from './machine.ts';
import { metrics } from './metrics/bench.ts';
import { million } from './million/bench.ts';
import { writeTable } from './readme.ts';
import { search } from './search/bench.ts';
import { senders } from './senders/bench.ts';
import { renderTable } from './table.ts';
import { tracing } from './tracing/bench.ts';

const benches: Readonly<Record<string, Bench>> = {
  ingest,
  senders,
  burst,
  consume,
  flow,
  million,
  context: contextApi,
  flows,
  search,
  tracing,
  metrics,
  autoscale,
};
/** These run only by name. */
const onDemand: Readonly<Record<string, Bench>> = { against };

const USAGE = `Usage: npm run bench -- [${[...Object.keys(benches), ...Object.keys(onDemand)].join(' | ')} …] [options]
  --rounds <n>     how often each measurement is taken, in turns with its reference (5)
  --seconds <n>    of one measurement (5)
  --minutes <n>    of full load while the memory is watched, or of the load of flow and million (1)
  --cores <n>      run everything on the first n cores of this machine, by means of Linux' taskset
  --tree <folder>  another checkout of the repository: against compares with it
  --quick          one short round of everything, to see that it works
  --profile        keep CPU profiles of the measured processes of ingest, senders, consume, tracing and metrics
  --write          put the tables into bench/README.md, with --cores into a table of their own;
                   million also updates what sizes are computed from`;

const { names, write, profile, cores, ...settings } = readArguments();
const resources = new AsyncDisposableStack();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    interrupted.abort(new Error('Interrupted'));
    await resources.disposeAsync();
    process.exit(130);
  });
}
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

try {
  for (const name of names) await run(name, (benches[name] ?? onDemand[name]) as Bench);
} catch (error) {
  if (!interrupted.signal.aborted) console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// The channel to the parent process would keep it alive.
if (process.connected) process.disconnect();

async function run(name: string, bench: Bench): Promise<void> {
  const directory = join(import.meta.dirname, `../.local/bench-${name}`);
  await rm(directory, { recursive: true, force: true });
  const context: BenchContext = {
    ...settings,
    write,
    directory,
    profiling: profile ? ['--cpu-prof', `--cpu-prof-dir=${directory}-profiles`] : [],
    resources: new AsyncDisposableStack(),
    signal: interrupted.signal,
    progress,
  };
  resources.use(context.resources);
  try {
    const table = `${renderTable(await bench(context))}\n\n${describeMachine()}`;
    console.log(`\n${table}`);
    if (write) await writeTable(cores === undefined ? name : `${name} --cores ${cores}`, table);
  } finally {
    await context.resources.disposeAsync();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Child processes run on the same cores. */
function pinTo(cores: number): void {
  if (!Number.isInteger(cores)) throw new Error('--cores must be a whole number.');
  try {
    execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', `0-${cores - 1}`, String(process.pid)]);
  } catch (cause) {
    throw new Error('--cores needs taskset of util-linux, and these cores.', { cause });
  }
}

function progress(line: string): void {
  console.error(line);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        minutes: { type: 'string' },
        quick: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        cores: { type: 'string' },
        tree: { type: 'string' },
      },
    });
    const { quick, profile, write } = values;
    const cores = values.cores === undefined ? undefined : positive('cores', values.cores, 1);
    if (cores !== undefined) pinTo(cores);
    const names = positionals.length > 0 ? positionals : Object.keys(benches);
    const unknown = names.find((name) => (benches[name] ?? onDemand[name]) === undefined);
    if (unknown !== undefined) throw new Error(`There is no bench ${unknown}.`);
    return {
      names,
      rounds: positive('rounds', values.rounds, quick ? 1 : 5),
      seconds: positive('seconds', values.seconds, quick ? 2 : 5),
      minutes: positive('minutes', values.minutes, quick ? 0.1 : 1),
      profile,
      write,
      cores,
      tree: values.tree,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    process.exit(1);
  }
}

function positive(name: string, text: string | undefined, byDefault: number): number {
  const value = text === undefined ? byDefault : Number(text);
  if (value > 0) return value;
  throw new Error(`--${name} must be a number above 0.`);
}
