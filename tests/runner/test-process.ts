import { getPriority, setPriority } from 'node:os';
import { isMainThread, Worker } from 'node:worker_threads';
import { recordUsage } from './usage.ts';

// Loaded into the process of each test file, as test-process.ts?ms=<limit>&usage=<folder>.
const parameters = new URL(import.meta.url).searchParams;
const ms = Number(parameters.get('ms'));
const usage = parameters.get('usage');

/** They assert how soon something happens. All others, and what those start, give way to them and to the shared stack. */
const BREAKS_A_BROKER = /(faults|outages?)\.test\.\w+$/;
const GIVES_WAY = 5;
const LOWEST_PRIORITY = 19;

// Ends a file that takes too long. A thread does it, because a file that hangs in a loop never looks at its own timers.
const thread = `
  const { workerData } = require('node:worker_threads');
  setTimeout(() => {
    require('node:fs').writeSync(2, 'This file did not end within ' + workerData / 1000 + ' s\\n');
    process.kill(process.pid, 'SIGKILL');
  }, workerData);
`;

if (isMainThread) {
  if (!BREAKS_A_BROKER.test(process.argv[1] ?? '')) setPriority(Math.min(getPriority() + GIVES_WAY, LOWEST_PRIORITY));
  new Worker(thread, { eval: true, workerData: ms, execArgv: [] }).unref();
  // --test-force-exit loses the results that a full pipe has not taken yet, unless each write waits for the reader. Node
  // has no public function for that.
  const { _handle: pipe } = process.stdout as { _handle?: { setBlocking?(blocking: boolean): number } };
  pipe?.setBlocking?.(true);
  if (usage !== null) recordUsage(usage);
}
