import { register } from '@switchboard/deploy/register';
import { compileCache } from '@switchboard/deploy/services';
import { environment, readCommandLine } from '@switchboard/service';
import { LocalStackError, type Stack, startStack } from '@switchboard/stack';
import { runChecks } from './runner/checks.ts';
import { prepare } from './runner/prepare.ts';
import { type Result, sum } from './runner/result.ts';
import { createRunDirectory, type RunDirectory } from './runner/run-directory.ts';
import { runLanes } from './runner/run-lanes.ts';
import { findTestFiles, type TestFiles } from './runner/test-files.ts';
import { describeUsage } from './runner/usage.ts';

const MINUTE = 60_000;
/** A limit is not a measure: it ends what hangs. */
const LIMITS = {
  ci: { testLimitMs: 20 * MINUTE, fileLimitMs: 40 * MINUTE },
  full: { testLimitMs: 60 * MINUTE, fileLimitMs: 90 * MINUTE },
};

/** Most files wait for a service, Kafka or a time-out for half of their time, on two processors. */
const LIGHT_AT_ONCE = 3;

const USAGE = `Checks and tests Switchboard:

  npm test                       everything
  npm test -- packages/kafka …   the test files with this in their path
  npm run check                  the checks alone
  npm run test:faults            the fault tests and proofs at full size`;

const { values: options, positionals: filters } = readCommandLine(USAGE, {
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, faults: { type: 'boolean', default: false } },
});
const interrupted = new AbortController();
const say = (line: string): void => console.log(line);

/** Runs the checks, unless certain tests are chosen. */
async function check(): Promise<Result> {
  if (filters.length > 0 || options.faults) return { passed: 0, failed: 0 };
  say('Checking …');
  return runChecks(say, interrupted.signal);
}

async function test({ light, heavy }: TestFiles, { data, temporary, usage }: RunDirectory): Promise<Result> {
  say('Starting Kafka, the schema registry and Redis for this run …');
  await using stack = await startStack({
    directory: data,
    ports: 'free',
    progress: (line) => say(`  ${line}`),
    signal: interrupted.signal,
  });
  await register(stack, { TOPIC_PARTITIONS: 6, TOPIC_REPLICATION: 1, RETRY_DELAYS: '5s,1m,10m' });
  const size = options.faults ? 'full' : 'ci';
  const { signal } = interrupted;
  const common = { variables: variablesOf(stack, temporary, size), ...LIMITS[size], usageFolder: usage, signal };
  const print = (text: string): boolean => process.stdout.write(text);
  const lanes = options.faults
    ? [{ files: [...light, ...heavy], concurrency: 1 }]
    : [
        { files: light, concurrency: LIGHT_AT_ONCE },
        { files: heavy, concurrency: 1 },
      ];
  // Awaited here, because the stack stops when this function returns.
  return await runLanes(lanes, { ...common, print });
}

/** What tests read through `environment`: the addresses of the stack, and TEST_SIZE, `ci` or `full`. */
const variablesOf = (stack: Stack, temporary: string, size: keyof typeof LIMITS) => ({
  NODE_COMPILE_CACHE: compileCache,
  ...environment,
  KAFKA_BROKERS: stack.brokers,
  SCHEMA_REGISTRY_URL: stack.registryUrl,
  REDIS_URL: stack.redisUrl,
  TEST_SIZE: size,
  TMPDIR: temporary,
});

/** The first signal, or the loss of npm, ends what runs and cleans up; the second exits at once. */
function handleSignals(): void {
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(130);
    say('\nStopping …');
    interrupted.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  process.once('disconnect', interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

async function main(): Promise<Result> {
  if (options.check && filters.length > 0) {
    say('npm run check takes no paths; npm test -- <path> runs certain tests.');
    return { passed: 0, failed: 1 };
  }
  if (options.check) return check();
  const files = await findTestFiles({ filters, sized: options.faults });
  const all = [...files.light, ...files.heavy];
  if (all.length === 0) {
    say(`No test file has ${filters.join(' or ')} in its path.`);
    return { passed: 0, failed: 1 };
  }
  await prepare(all, say, interrupted.signal);
  const results = [await check()];
  if (!interrupted.signal.aborted) {
    const directory = await createRunDirectory();
    try {
      results.push(await test(files, directory));
      say(describeUsage(directory.usage));
    } finally {
      await directory.remove();
    }
  }
  return sum(results);
}

handleSignals();
try {
  const { passed, failed } = await main();
  if (interrupted.signal.aborted) process.exit(130);
  say(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
} catch (error) {
  if (interrupted.signal.aborted) process.exit(130);
  console.error(error instanceof LocalStackError ? error.message : error);
  say('0 passed, 1 failed');
  process.exit(1);
}
