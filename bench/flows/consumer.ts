import { randomUUID } from 'node:crypto';
import { consume, DEFAULT_LIMITS, type Handler, type Handlers } from '@switchboard/consumer';
import { createOwnChain, createTargets, openServiceContext } from '@switchboard/consumer/fixtures';
import { flowsConfig, handlers } from '@switchboard/flows/service';
import { createCodec, createEventPublisher, createPublisher } from '@switchboard/kafka';
import { createLogger, createRedis } from '@switchboard/service';
import { HALVES } from './load.ts';

/** The task of a measured process, as JSON in its first argument. */
export interface FlowsTask {
  mode: 'noop' | 'flows';
  brokers: string;
  registryUrl: string;
  redisUrl: string;
  topic: string;
  events: number;
  /** The variables of the service. */
  variables: Readonly<Record<string, string>>;
}

/** From the first handled event to the last. */
export interface FlowsResult {
  ms: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as FlowsTask;
const logger = createLogger('bench', 'silent');
const connection = { brokers: task.brokers };
const codec = await createCodec({ registryUrl: task.registryUrl });
const publisher = await createPublisher({ ...connection, clientId: 'bench', logger });
const redis = createRedis(task.redisUrl, logger);

let handled = 0;
let startedAt = 0;
/** Wraps a handler: counts what it has done. */
const counting =
  (handle: Handler<never>): Handler<never> =>
  async (event, context) => {
    startedAt ||= performance.now();
    await handle(event, context);
    handled += 1;
    if (handled === task.events) {
      process.send?.({ ms: performance.now() - startedAt } satisfies FlowsResult, () => process.exit(0));
    }
  };

const { brokers, registryUrl, redisUrl } = task;
const stack = { brokers, registryUrl, redisUrl };
const { service } = openServiceContext({ name: 'flows', config: flowsConfig, variables: task.variables, stack });
const publish = createEventPublisher({ publish: publisher.publish, encode: codec.encode });
const context = { ...service, ...createTargets(service), redis, publish } as unknown as Parameters<typeof handlers>[0];
const own: Handlers = task.mode === 'noop' ? {} : await handlers(context);
const noop: Handler<never> = () => {};

const group = `bench-${randomUUID()}`;
await createOwnChain(connection, group, task.topic, DEFAULT_LIMITS.retryDelays.join());

await consume({
  service: group,
  sources: [task.topic],
  concurrency: service.config.CONCURRENCY,
  handlers: Object.fromEntries(HALVES.map((type) => [type, counting((own[type] as Handler<never>) ?? noop)])),
  connection,
  redis,
  publisher,
  codec,
  logger,
  onFailure(error) {
    console.error(error);
    process.exit(1);
  },
});
