import { openCallers } from '@switchboard/callers';
import { openKafka, openRegistryAddress } from '@switchboard/connections';
import { type Database, openDatabase } from '@switchboard/database';
import { createCodec, createEventPublisher, createPublisher } from '@switchboard/kafka';
import { ConfigError, commaSeparated, environment, openLiveFiles, type ServiceContext } from '@switchboard/service';
import type { ActionsConfig } from './config.ts';
import { registerActions } from './http/actions-route.ts';
import { createContextClient } from './mcp/context-client.ts';
import { registerMcp } from './mcp/mcp.ts';
import { readActions } from './registry/read-actions.ts';
import { createEngine } from './run/engine.ts';
import { runMigrations } from './run/run-schema.ts';
import { createTelling } from './run/telling.ts';

/** Below the 28 s of a stop, with time for the steps after it. */
const FINISH_MS = 12_000;

/** Opens what actions stand on, and adds the routes. */
export async function start(service: ServiceContext<ActionsConfig>): Promise<void> {
  const { config, logger, metrics, tracer, http, health, onStop } = service;
  const actions = await openLiveFiles({
    what: 'actions',
    failed: {
      name: 'actions_reload_failed',
      help: '1 while the files of actions cannot be used and an earlier reading of them stays in force',
    },
    read: async (follow) => readActions(config.ACTIONS, environment, follow),
    describe: ({ size }) => ({ actions: size }),
    ...{ logger, metrics },
  });
  onStop('actions', actions.close);
  const callers = await openCallers({ file: config.CALLERS_FILE, environment, logger, metrics });
  onStop('callers', callers.close);
  process.on('SIGHUP', () => void Promise.all([actions.reload(), callers.reload()]));

  const database = await openOwnDatabase(service);
  const { encode } = await createCodec({ registryUrl: openRegistryAddress(config) });
  const publisher = await createPublisher({
    ...openKafka(config),
    client: config.KAFKA_CLIENT,
    clientId: 'actions',
    ...{ logger, metrics },
  });
  onStop('publisher', publisher.close);
  // Without Kafka, answers are given and messages wait.
  health.add('kafka', publisher.check);

  const engine = createEngine({
    actions: actions.current,
    database,
    tell: createTelling(createEventPublisher({ publish: publisher.publish, encode, tracer })),
    rates: {
      person: { perSecond: config.PERSON_RATE, burst: config.PERSON_BURST },
      caller: { perSecond: config.CALLER_RATE, burst: config.CALLER_BURST },
    },
    keptMs: config.RUN_KEPT_HOURS * 3_600_000,
    leaseMs: config.RUN_LEASE_SECONDS * 1_000,
    ...{ logger, metrics, tracer },
  });
  onStop('backends', engine.backends.close);
  onStop('runs', (limitMs) => engine.stop(limitMs - STOP_RESERVE_MS), { timeoutMs: FINISH_MS });
  health.add('backends', engine.backends.check);
  const { runner } = engine;
  registerActions(http, { runner, callers });

  const context = createContextClient({
    url: config.CONTEXT_URL,
    apiKeys: config.CONTEXT_API_KEYS,
    ...{ logger, metrics, tracer },
  });
  onStop('context', context.close);
  const [hosts, origins] = [commaSeparated(config.MCP_HOSTS), commaSeparated(config.MCP_ORIGINS)];
  registerMcp(http, { runner, callers, url: config.MCP_URL, context, logger, hosts, origins });
}

/** For what is left after the runs were waited for: to let go of them. */
const STOP_RESERVE_MS = 3_000;

async function openOwnDatabase({ config, logger, health, onStop }: ServiceContext<ActionsConfig>): Promise<Database> {
  const { DATABASE_URL: url, DATABASE_FOLDER: folder } = config;
  if (url === undefined && folder === undefined) {
    throw new ConfigError(['Set DATABASE_URL, or DATABASE_FOLDER for the embedded database: runs are kept there']);
  }
  const database = await openDatabase({ url, folder, name: 'actions', logger });
  onStop('database', database.close);
  health.add('database', database.check, { required: true });
  await database.migrate('actions', runMigrations);
  return database;
}
