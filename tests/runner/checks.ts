import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compileCache } from '@switchboard/deploy/services';
import { environment } from '@switchboard/service';
import { signalGroup } from '@switchboard/stack/watcher';
import type { Result } from './result.ts';

const root = join(import.meta.dirname, '../..');

/** Of what a failed check printed: the first mistakes explain the others. */
const MOST_LINES = 80;
const STILL_RUNNING_MS = 15_000;

/** Throws when something is wrong, with what a developer needs to know. */
type Check = (signal: AbortSignal) => Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  // One program for all packages reads and checks each source once. A second checker would check shared types again.
  'types (tsc)': (signal) =>
    run(
      join(root, 'node_modules/.bin/tsc'),
      ['--singleThreaded', '--incremental', '--tsBuildInfoFile', '.local/types.tsbuildinfo'],
      signal,
    ),
  'lint and design rules (biome)': async (signal) => {
    try {
      await run(join(root, 'node_modules/.bin/biome'), ['check', '--error-on-warnings', '.'], signal);
    } catch (cause) {
      const { message } = cause as Error;
      throw new Error(`${message}\n\nTo format the code and mend simple findings, run \`npm run fix\`.`, { cause });
    }
  },
  'generated rights of Kafka': (signal) => run(process.execPath, ['deploy/kafka/generate.ts', '--check'], signal),
  'generated code and schema evolution': (signal) => run(process.execPath, ['catalogue/main.ts', '--check'], signal),
  'mappings fit the schemas': (signal) => run(process.execPath, ['packages/providers/check.ts'], signal),
  'flows fit the schemas': (signal) => run(process.execPath, ['services/flows/check.ts'], signal),
  'recipients fit the schemas': (signal) => run(process.execPath, ['services/notifier/check.ts'], signal),
  'documents: links, commands, tables': (signal) =>
    run(process.execPath, ['--test', 'tests/repository/docs.test.ts'], signal),
  'lockfile names no registry': async () => {
    const lines = (await readFile(join(root, 'pnpm-lock.yaml'), 'utf8')).split('\n');
    const bound = lines.filter((line) => /tarball:|https?:\/\//.test(line)).slice(0, 5);
    if (bound.length > 0) throw new Error(`pnpm-lock.yaml is bound to a registry:\n${bound.join('\n')}`);
  },
};

/** Runs the checks that need no running program, and prints a line for each. */
export async function runChecks(say: (line: string) => void, signal: AbortSignal): Promise<Result> {
  const outcomes = await Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => {
      const startedAt = performance.now();
      const took = (): string => `(${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`;
      const timer = setInterval(() => {
        if (!signal.aborted) say(`… ${name} is still running ${took()}`);
      }, STILL_RUNNING_MS);
      try {
        await check(signal);
        say(`✔ ${name} ${took()}`);
        return true;
      } catch (error) {
        if (!signal.aborted) say(`✖ ${name} ${took()}\n${(error as Error).message}`);
        return false;
      } finally {
        clearInterval(timer);
      }
    }),
  );
  const passed = outcomes.filter(Boolean).length;
  return { passed, failed: outcomes.length - passed };
}

async function run(command: string, args: string[], signal: AbortSignal): Promise<void> {
  const variables = { NODE_COMPILE_CACHE: compileCache, ...environment, NO_COLOR: '1' };
  // In a process group of its own, so that an interrupt also ends what the check has started.
  const options = { cwd: root, env: variables, maxBuffer: 64 * 1_048_576, detached: true };
  const running = promisify(execFile)(command, args, options);
  const end = (): void => {
    if (running.child.pid !== undefined) signalGroup(running.child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await running;
    signal.throwIfAborted();
  } catch (cause) {
    const { stdout = '', stderr = '', message } = cause as Error & { stdout?: string; stderr?: string };
    throw new Error(beginningOf(`${stdout}${stderr}`.trim()) || message, { cause });
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function beginningOf(output: string): string {
  const lines = output.split('\n');
  const more = lines.length - MOST_LINES;
  return more <= 0 ? output : [...lines.slice(0, MOST_LINES), `… and ${more} more lines`].join('\n');
}
