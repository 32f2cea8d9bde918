import { environment } from '@switchboard/service';
import { runOps } from './run.ts';

/** `npm run ops`. @returns the exit code */
export function ops(argv: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return runOps(argv, {
    variables: environment,
    signal: stopping.signal,
    out: (text) => console.log(text),
    err: (text) => console.error(text),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  });
}
