import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import type { Result } from './result.ts';

export interface RunOptions {
  files: readonly string[];
  /** How many files run at the same time, each in a process of its own. */
  concurrency: number;
  variables: Readonly<Record<string, string | undefined>>;
  testLimitMs: number;
  fileLimitMs: number;
  /** Each file leaves its CPU time and its duration here. */
  usageFolder?: string;
  signal: AbortSignal;
  /** Receives the report, piece by piece. */
  print: (text: string) => void;
}

/** Runs test files, and prints what comes of them. What hangs is ended, and has failed. */
export async function runFiles(options: RunOptions): Promise<Result> {
  const { files, concurrency, variables, testLimitMs, fileLimitMs, usageFolder, signal, print } = options;
  if (files.length === 0) return { passed: 0, failed: 0 };
  const preload = new URL(`test-process.ts?ms=${fileLimitMs}`, import.meta.url);
  if (usageFolder !== undefined) preload.searchParams.set('usage', usageFolder);
  const tests = run({
    files: [...files],
    concurrency,
    timeout: testLimitMs,
    env: { ...variables } as NodeJS.ProcessEnv,
    // An open handle must not keep a finished file waiting.
    execArgv: ['--test-force-exit', `--import=${preload}`],
    signal,
  });
  let result: Result = { passed: 0, failed: 0 };
  tests.on('test:summary', ({ file, counts }) => {
    // That of a file has its path, that of all has none.
    if (file !== undefined) return;
    const { tests: all, passed, skipped, todo } = counts;
    result = { passed, failed: all - passed - skipped - todo };
  });
  for await (const text of tests.compose(new spec())) {
    // Each test that an interrupt cancels would be printed as a failure.
    if (!signal.aborted) print(String(text));
  }
  return result;
}
