import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { DEFAULT_LIMITS } from '@switchboard/consumer';
import { createOwnChain } from '@switchboard/consumer/fixtures';
import type { ConsumerTask, Progress } from './consumer.ts';
import { type ConsumerBench, startMeasured } from './run.ts';

type Task = Omit<ConsumerTask, 'mode' | 'brokers' | 'registryUrl' | 'redisUrl' | 'service' | 'failingKeys'>;

/**
 * Runs several processes of one consumer group. Counts from when each of them has handled an event until they have
 * handled `events` more.
 * @returns events a second
 */
export async function runTogether(bench: ConsumerBench, instances: number, task: Task): Promise<number> {
  const { brokers } = bench.stack;
  const service = `bench-${randomUUID()}`;
  await createOwnChain({ brokers }, service, task.topic, DEFAULT_LIMITS.retryDelays.join());
  const endless = { ...task, events: Number.MAX_SAFE_INTEGER, mode: 'ours', failingKeys: [], service };
  const children = Array.from({ length: instances }, () => startMeasured(bench, endless));
  const ended = children.map((child) => once(child, 'exit'));
  try {
    return await Promise.race([
      rateOf(children, task.events),
      Promise.race(ended).then(() => {
        throw new Error('a consumer ended before the events did');
      }),
    ]);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ended);
  }
}

function rateOf(children: readonly ChildProcess[], events: number): Promise<number> {
  const handled = children.map(() => 0);
  let begin: { readonly at: number; readonly sum: number } | undefined;
  return new Promise((resolve) => {
    for (const [index, child] of children.entries()) {
      child.on('message', (message) => {
        handled[index] = (message as Progress).handled;
        const at = performance.now();
        const sum = handled.reduce((one, other) => one + other);
        if (begin === undefined) {
          if (handled.every((count) => count > 0)) begin = { at, sum };
        } else if (sum - begin.sum >= events) resolve((sum - begin.sum) / ((at - begin.at) / 1_000));
      });
    }
  });
}
