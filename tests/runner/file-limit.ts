import { isMainThread, Worker } from 'node:worker_threads';

// Loaded into the process of each test file, as file-limit.ts?ms=<limit>: ends it when it takes too long. A thread does
// it, because a file that hangs in a loop would never look at a timer of its own.
const ms = Number(new URL(import.meta.url).searchParams.get('ms'));

const thread = `
  const { workerData } = require('node:worker_threads');
  setTimeout(() => {
    require('node:fs').writeSync(2, 'This file did not end within ' + workerData / 1000 + ' s\\n');
    process.kill(process.pid, 'SIGKILL');
  }, workerData);
`;

if (isMainThread) new Worker(thread, { eval: true, workerData: ms, execArgv: [] }).unref();
