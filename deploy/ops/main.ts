import { environment } from '@switchboard/service';
import { runOps } from './run.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

process.exitCode = await runOps(process.argv.slice(2), {
  variables: environment,
  signal: stopping.signal,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
});
