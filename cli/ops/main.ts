import { enableCompileCache } from 'node:module';
import { compileCache } from '@switchboard/deploy/services';
import { environment } from '@switchboard/service';

// Whoever looks for a fault should not wait for a compiler; so the rest is loaded after this.
enableCompileCache(compileCache);
const { runOps } = await import('./run.ts');

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await runOps(process.argv.slice(2), {
  variables: environment,
  signal: stopping.signal,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
});
