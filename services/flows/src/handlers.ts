import { openCallers } from '@switchboard/callers';
import type { ConsumerContext, Handler, Handlers } from '@switchboard/consumer';
import { type Database, openDatabase } from '@switchboard/database';
import { type EventType, publicEventTypes } from '@switchboard/events';
import { createPeople } from '@switchboard/people';
import { environment, openAccess, required } from '@switchboard/service';
import { type FlowsConfig, flowsConfig } from './config.ts';
import { registerContextApi } from './context/context-api.ts';
import { createContextStore } from './context/context-store.ts';
import type { Subject } from './context/subject.ts';
import { callAction } from './effects/call-action.ts';
import { createCarryOut, type EffectRunners } from './effects/effects.ts';
import { publishEvent } from './effects/publish-event.ts';
import { sendMessage } from './effects/send-message.ts';
import { startNode } from './effects/start-node.ts';
import { nameUser } from './engine/name-user.ts';
import { onEvent } from './engine/on-event.ts';
import { onFlowTimeout } from './engine/on-flow-timeout.ts';
import { compileFlow } from './flow/compile/compile-flow.ts';
import { registerInstanceApi } from './instance-api.ts';
import { openLiveFlows } from './live-flows.ts';
import { createFlowMetrics } from './metrics.ts';
import { repeatedly } from './repeatedly.ts';
import { createDefinitions } from './state/definitions.ts';
import { createFlowVersions } from './state/flow-versions.ts';
import { createInstanceList } from './state/instance-list.ts';
import { createInstances } from './state/instances.ts';
import { stateMigrations } from './state/migrations.ts';
import { createDueInstances } from './timers/due-instances.ts';
import { startTimers } from './timers/timers.ts';

export { flowsConfig };

type Context = ConsumerContext<FlowsConfig>;

/** How soon a process learns of versions that others have opened instances with. An event that needs one finds it. */
const REFRESH_MS = 5_000;
const TIDY_MS = 60_000;
/** To one outside system: fewer than handlers, most of which only wait for the database. */
const REQUESTS_AT_A_TIME = 32;

/** Opens the resources of the flows. */
export async function handlers(context: Context): Promise<Handlers> {
  const { config, logger, metrics, onStop, publish } = context;
  const database = await openStore(context);
  const definitions = createDefinitions(database);
  const files = await openLiveFlows({
    ...{ path: config.FLOWS, known: definitions.hashes, defaultLocale: config.DEFAULT_LOCALE, logger, metrics },
  });
  onStop('flows', files.close);
  const flows = createFlowVersions({ current: files.current, definitions, compile: compileFlow, logger });
  await flows.refresh();
  const list = createInstanceList(database);
  const flowMetrics = createFlowMetrics(metrics, database, files.current);
  onStop('metrics', flowMetrics.stop);

  const store = await createContextStore(database);
  const carryOut = createCarryOut({ variables: store, runners: effectsOf(context) });
  const deps = { flows, instances: createInstances(database), carryOut, metrics: flowMetrics };

  const callers = await openCallers({ file: config.CALLERS_FILE, environment, logger, metrics });
  onStop('callers', callers.close);
  const eraseOthers = async ({ tenant, id }: Subject) => ({ instances: await list.erase(tenant, id) });
  const api = { callers, access: openAccess(context.name, config) };
  await registerContextApi(context.http, { ...api, store, metrics, eraseOthers });
  registerInstanceApi(context.http, { ...api, instances: list, find: flows.find, cancelled: flowMetrics.cancelled });

  onStop('refresh', repeatedly(REFRESH_MS, flows.refresh, logger));
  onStop(
    'tidy',
    repeatedly(TIDY_MS, async () => void (await Promise.all([list.tidy(), store.sweep()])), logger),
  );
  onStop('timers', startTimers({ due: createDueInstances(database), publish, logger }).stop);

  const people = createPeople({ redis: context.redis, prefix: config.PEOPLE_PREFIX });
  const step = onEvent(deps);
  const handle: Handler<EventType> = async (event, stepContext) => {
    const isTaken = flows.taking(event.meta.type).length > 0;
    await step(isTaken ? await nameUser(event, people) : event, stepContext);
  };
  return {
    ...Object.fromEntries(publicEventTypes.map((type) => [type, handle as Handler<never>])),
    'flow.timeout': onFlowTimeout(deps),
  };
}

async function openStore({ config, name, logger, health, onStop }: Context): Promise<Database> {
  if (config.DATABASE_URL === undefined) required(flowsConfig, config, 'no DATABASE_URL', 'DATABASE_FOLDER');
  const database = await openDatabase({ url: config.DATABASE_URL, folder: config.DATABASE_FOLDER, name, logger });
  onStop('database', () => database.close());
  health.add('database', database.check, { required: true });
  await database.migrate('flows', stateMigrations);
  return database;
}

function effectsOf({ config, target, publish }: Context): EffectRunners {
  const limits = { concurrency: REQUESTS_AT_A_TIME };
  const open = (name: string, baseUrl: string | undefined, token: string | undefined) =>
    baseUrl === undefined
      ? undefined
      : target({ name, baseUrl, auth: token === undefined ? undefined : { kind: 'bearer', token }, ...limits });
  return {
    message: sendMessage({ publish }),
    event: publishEvent({ publish }),
    node: startNode({ platform: open('chat', config.CHAT_URL, config.CHAT_API_KEY), path: config.NODE_PATH }),
    action: callAction({ actions: open('actions', config.ACTIONS_URL, config.ACTIONS_API_KEY) }),
  };
}
