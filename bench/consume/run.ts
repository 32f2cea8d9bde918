import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { nodeFlags } from '@switchboard/deploy/services';
import type { Stack } from '@switchboard/stack';
import type { ConsumerResult, ConsumerTask } from './consumer.ts';

const run = promisify(execFile);

/** The resources that the measurements share. */
export interface ConsumerBench {
  readonly stack: Stack;
  readonly profiling: readonly string[];
}

const CONSUMER = new URL('consumer.ts', import.meta.url).pathname;

/** Starts a program with the task and the addresses of the stack. It sends messages to its parent. */
export function startMeasured({ stack, profiling }: ConsumerBench, task: object, path = CONSUMER): ChildProcess {
  const { brokers, registryUrl, redisUrl } = stack;
  const given = JSON.stringify({ ...task, brokers, registryUrl, redisUrl });
  return spawn(process.execPath, [...nodeFlags, ...profiling, path, given], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Runs one consumer in a separate process until it has handled all events. */
export const runConsumer = (
  bench: ConsumerBench,
  task: Omit<ConsumerTask, 'brokers' | 'registryUrl' | 'redisUrl'>,
  path = CONSUMER,
): Promise<ConsumerResult> => runMeasured<ConsumerResult>(bench, task, path);

/** Runs a program with the task and the addresses of the stack, until it has sent its result. */
export async function runMeasured<Result>(
  bench: ConsumerBench,
  task: { readonly mode: string },
  path: string,
): Promise<Result> {
  const child = startMeasured(bench, task, path);
  let result: Result | undefined;
  child.on('message', (message) => {
    result = message as Result;
  });
  await once(child, 'exit');
  if (result === undefined) throw new Error(`the ${task.mode} consumer ended without a result`);
  return result;
}

const peer = new URL('../peers/parallel-consumer/', import.meta.url).pathname;
const jar = `${peer}target/parallel-consumer-peer-2.jar`;

/** Builds the Java peer, once. */
export async function buildPeer(): Promise<void> {
  if (!existsSync(jar)) await run('mvn', ['-B', '-q', 'package'], { cwd: peer });
}

/** Runs Confluent's Parallel Consumer in KEY order. Counts time and CPU from the first event to the last. */
export async function runPeer(
  stack: Stack,
  { topic, events, concurrency, maxWaitMs }: { topic: string; events: number; concurrency: number; maxWaitMs: number },
): Promise<Pick<ConsumerResult, 'ms' | 'cpuMs'>> {
  const classPath = `${jar}:${peer}target/dependency/*`;
  const group = `peer-${randomUUID()}`;
  const { stdout } = await run('java', [
    ...['-Xmx512m', '-cp', classPath, 'Peer'],
    ...[stack.brokers, topic, group, String(events), String(concurrency), String(maxWaitMs)],
  ]);
  const [ms = Number.NaN, cpuMs = Number.NaN] = stdout.trim().split(' ').map(Number);
  return { ms, cpuMs };
}
