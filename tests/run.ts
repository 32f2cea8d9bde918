import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { topics } from '@switchboard/events';
import { createTopics, registerSchemas } from '@switchboard/kafka';
import { type Stack, startStack } from '@switchboard/local';
import { environment } from '@switchboard/service';
import { checks } from './checks.ts';
import { root } from './root.ts';

/**
 * `npm test [-- <part of a path> …]` checks and tests everything, or what is named; `npm run check` only checks;
 * `npm run test:faults` runs the fault tests and the consumer's proofs at full size.
 */
const { values: flags, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, faults: { type: 'boolean', default: false } },
});

/** A test file that hangs must not hang the run; the longest takes a few minutes on two busy cores. */
const FILE_TIMEOUT_MS = flags.faults ? 3_600_000 : 600_000;
const directory = join(root, '.local', `test-${process.pid}`);
const tally = { passed: 0, failed: 0 };
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

if (!flags.faults) await runChecks();
if (!flags.check) await runTests();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 && !interrupted.signal.aborted ? 0 : 1);

async function runChecks(): Promise<void> {
  for (const { name, run } of checks) {
    const problem = await run();
    count(problem === '' ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
    console.log(problem === '' ? `✔ ${name}` : `✖ ${name}\n${problem}`);
  }
}

async function runTests(): Promise<void> {
  const wanted = globSync('{packages,services,deploy,tests,bench}/**/*.test.ts', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  })
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .filter((path) => !flags.faults || isProof(path))
    .sort();
  // Those with clusters of their own come last, one at a time: two of them would only slow each other down.
  const alone = wanted.filter((path) => path.endsWith('faults.test.ts'));
  const together = wanted.filter((path) => !alone.includes(path));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  let stack: Stack | undefined;
  try {
    stack = await startStack({ directory, ports: 'free', progress: console.log, signal: interrupted.signal });
    await registerSchemas(stack.registryUrl);
    await createTopics(
      { brokers: stack.brokers },
      { topics: [...topics, 'ingest.quarantine'], partitions: 6, replication: 1 },
    );
    await runFiles(together, 2, stack);
    await runFiles(alone, 1, stack);
  } catch (error) {
    if (!interrupted.signal.aborted) console.error(error instanceof Error ? error.message : error);
    count({ passed: 0, failed: 1 });
  } finally {
    await stack?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

const isProof = (path: string): boolean => path.endsWith('faults.test.ts') || path.startsWith('tests/consume/');

async function runFiles(files: readonly string[], concurrency: number, stack: Stack): Promise<void> {
  if (files.length === 0 || interrupted.signal.aborted) return;
  const report = join(directory, 'report.tap');
  const child = spawn(
    process.execPath,
    [
      '--test',
      '--test-force-exit',
      `--test-concurrency=${concurrency}`,
      `--test-timeout=${FILE_TIMEOUT_MS}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
      ...files,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...environment,
        KAFKA_BROKERS: stack.brokers,
        SCHEMA_REGISTRY_URL: stack.registryUrl,
        REDIS_URL: stack.redisUrl,
        ...(flags.faults ? { TEST_SIZE: 'full' } : {}),
      },
    },
  );
  const stop = (): void => void child.kill('SIGTERM');
  interrupted.signal.addEventListener('abort', stop);
  const [code] = await once(child, 'exit');
  interrupted.signal.removeEventListener('abort', stop);
  const tap = readFileSync(report, 'utf8');
  const number = (name: string): number => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const failed = number('fail') + number('cancelled');
  count({ passed: number('pass'), failed: failed === 0 && code !== 0 ? 1 : failed });
}

function count({ passed, failed }: { passed: number; failed: number }): void {
  tally.passed += passed;
  tally.failed += failed;
}
