import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A process that runs jobs one after another. */
export interface Worker<Job, Result> extends AsyncDisposable {
  do(job: Job): Promise<Result>;
}

type Outcome<Result> = { result: Result } | { error: string };

/** Runs a file that calls `doJobs`. */
export function startWorker<Job extends object, Result>(
  file: string,
  args: readonly string[] = [],
): Worker<Job, Result> {
  const child = fork(file, args, { env: {}, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  return {
    async do(job) {
      child.send(job);
      const [outcome] = (await Promise.race([once(child, 'message'), ended.then(unexpected)])) as [Outcome<Result>];
      if ('error' in outcome) throw new Error(outcome.error);
      return outcome.result;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };

  function unexpected(): never {
    throw new Error(`${file} ended before its job was done`);
  }
}

/** Runs in the worker: performs the received jobs until the parent disconnects. */
export function doJobs<Job, Result>(perform: (job: Job) => Promise<Result>): void {
  process.on('message', async (job) => {
    try {
      process.send?.({ result: await perform(job as Job) });
    } catch (error) {
      process.send?.({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
}
