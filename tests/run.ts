import { parseArgs } from 'node:util';
import { register } from '@switchboard/deploy/register';
import { compileCache } from '@switchboard/deploy/services';
import { environment } from '@switchboard/service';
import { LocalStackError, type Stack, startStack } from '@switchboard/stack';
import { runChecks } from './runner/checks.ts';
import { type Result, sum } from './runner/result.ts';
import { createRunDirectory, type RunDirectory } from './runner/run-directory.ts';
import { runFiles } from './runner/run-files.ts';
import { findTestFiles } from './runner/test-files.ts';

const MINUTE = 60_000;
/** A limit is not a measure: it ends what hangs. */
const LIMITS = {
  ci: { testLimitMs: 5 * MINUTE, fileLimitMs: 10 * MINUTE },
  full: { testLimitMs: 60 * MINUTE, fileLimitMs: 90 * MINUTE },
};

/**
 * `npm test` checks and tests everything; `npm test -- packages/kafka …` runs certain tests; `npm run check` only
 * checks; `npm run test:faults` runs the tests that have one at full size.
 */
const { values: options, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, faults: { type: 'boolean', default: false } },
});
const interrupted = new AbortController();
const say = (line: string): void => console.log(line);

/** The checks, unless somebody wants certain tests only. */
async function check(): Promise<Result> {
  if (filters.length > 0 || options.faults) return { passed: 0, failed: 0 };
  say('Checking …');
  return runChecks(say, interrupted.signal);
}

async function test({ data, temporary }: RunDirectory): Promise<Result> {
  const { light, heavy } = await findTestFiles({ filters, sized: options.faults });
  if (light.length + heavy.length === 0) {
    say(`There is no such test file with ${filters.join(' or ')} in its path.`);
    return { passed: 0, failed: 1 };
  }
  say('Starting Kafka, the schema registry and Redis for this run …');
  await using stack = await startStack({
    directory: data,
    ports: 'free',
    progress: (line) => say(`  ${line}`),
    signal: interrupted.signal,
  });
  await register(stack, { TOPIC_PARTITIONS: 6, TOPIC_REPLICATION: 1 });
  const size = options.faults ? 'full' : 'ci';
  const common = { variables: variablesOf(stack, temporary, size), ...LIMITS[size], signal: interrupted.signal };
  return sum([
    await runFiles({ ...common, files: light, concurrency: options.faults ? 1 : 2 }),
    await runFiles({ ...common, files: heavy, concurrency: 1 }),
  ]);
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
    say('npm run check is for everything, and takes no paths; npm test -- <path> runs certain tests.');
    return { passed: 0, failed: 1 };
  }
  const results = [await check()];
  if (!options.check && !interrupted.signal.aborted) {
    const directory = await createRunDirectory();
    try {
      results.push(await test(directory));
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
