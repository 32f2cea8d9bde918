import { randomUUID } from 'node:crypto';
import { consume, DEFAULT_LIMITS } from '@switchboard/consumer';
import { createOwnChain } from '@switchboard/consumer/fixtures';
import { createCodec, createPublisher } from '@switchboard/kafka';
import { createLogger, createRedis } from '@switchboard/service';
import { consumeBare } from './bare.ts';

/** The task of a measured process, as JSON in its first argument. */
export interface ConsumerTask {
  mode: 'ours' | 'bare';
  brokers: string;
  registryUrl: string;
  redisUrl: string;
  topic: string;
  /** Ends after this many handled events. */
  events: number;
  concurrency: number;
  /** The maximum wait of the handler. */
  maxWaitMs: number;
  /** Keys whose events all fail. */
  failingKeys: readonly string[];
  /** The consumer group. Default: one of its own. */
  service?: string;
}

/** Sent again and again by a consumer of a named group. */
export interface Progress {
  handled: number;
}

export interface ConsumerResult {
  /** From the first handled event to the last. */
  ms: number;
  cpuMs: number;
  /** Resident memory in MiB, once a second and at the end. */
  rss: number[];
}

const task = JSON.parse(process.argv[2] ?? '{}') as ConsumerTask;
const rss: number[] = [];
const sample = (): void => void rss.push(Math.round(process.memoryUsage.rss() / 1024 ** 2));
setInterval(sample, 1_000).unref();

let handled = 0;
let startedAt = 0;
let cpuAtStart = process.cpuUsage();

function count(): void {
  if (handled === 0) {
    startedAt = performance.now();
    cpuAtStart = process.cpuUsage();
  }
  handled += 1;
  if (handled !== task.events) return;
  sample();
  const cpu = process.cpuUsage(cpuAtStart);
  const result: ConsumerResult = { ms: performance.now() - startedAt, cpuMs: (cpu.user + cpu.system) / 1_000, rss };
  process.send?.(result, () => process.exit(0));
}

const codec = await createCodec({ registryUrl: task.registryUrl });
if (task.mode === 'bare') await consumeBare(task, (value) => codec.decode(value), count);
else await consumeOurs();

async function consumeOurs(): Promise<void> {
  const logger = createLogger('bench', 'silent');
  const connection = { brokers: task.brokers };
  const failing = new Set(task.failingKeys);
  const { service = `bench-${randomUUID()}` } = task;
  if (task.service === undefined) {
    await createOwnChain(connection, service, task.topic, DEFAULT_LIMITS.retryDelays.join());
  } else {
    setInterval(() => process.send?.({ handled } satisfies Progress), 50);
  }
  await consume({
    service,
    sources: [task.topic],
    concurrency: task.concurrency,
    handlers: {
      async 'message.received'({ conversationId }) {
        if (failing.size > 0 && failing.has(conversationId ?? '')) throw new Error('always fails');
        if (task.maxWaitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * task.maxWaitMs));
        count();
      },
    },
    connection,
    redis: createRedis(task.redisUrl, logger),
    publisher: await createPublisher({ ...connection, clientId: 'bench', logger }),
    codec,
    logger,
    onFailure(error) {
      console.error(error);
      process.exit(1);
    },
  });
}
