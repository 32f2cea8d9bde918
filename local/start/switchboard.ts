import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeployConfig } from '@switchboard/deploy/config';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { readAddresses, register } from '@switchboard/deploy/register';
import { ingest, portVariable, sandbox, scriptOf, services } from '@switchboard/deploy/services';
import { vendorKey } from '@switchboard/deploy/vendor-key';
import { parseSources, resolveSources } from '@switchboard/ingest/sources';
import { publishedKeys } from '@switchboard/providers';
import { ConfigError, environment } from '@switchboard/service';
import {
  checkDistinct,
  isTaken,
  knownPorts,
  LocalStackError,
  type Part,
  type Stack,
  startStack,
} from '@switchboard/stack';
import { backOffMs } from './back-off.ts';
import { checkCredentials, outsideSystems } from './outside-systems.ts';
import { openServiceLog } from './service-log.ts';
import { type Supervision, supervise } from './supervise.ts';
import { welcome } from './welcome.ts';

/** Short enough to watch an outage of the sandbox pass: fifteen tries in two minutes. */
const LOCAL_RETRY_DELAYS = '5s,15s,30s,1m';

/** Those that come with Switchboard, and those of the sandbox's shop. */
const LOCAL_FLOWS = ['services/flows/flows.yaml', 'local/flows.yaml']
  .map((path) => join(import.meta.dirname, '../..', path))
  .join();

type Program = Pick<(typeof services)[number], 'name' | 'port'>;

export interface Switchboard {
  /**
   * Starts the local stack, or uses the one that runs, and all services on it; returns when they are ready.
   * @throws an error that says what to do; after `stop`, any
   */
  start(): Promise<void>;
  /** Stops the services, then the part of the stack that was started here; in less than 30 s, also during the start. */
  stop(): Promise<void>;
  /** Ends them at once. */
  kill(): void;
}

export function createSwitchboard(config: DeployConfig, say: (line: string) => void): Switchboard {
  const stopping = new AbortController();
  const supervisions: Supervision[] = [];
  let starting: Promise<Stack> | undefined;

  async function start(): Promise<void> {
    await checkPorts(config);
    const local = await localVariables(config);
    await checkSources(config.SOURCES_FILE, local.ingest);
    checkCredentials(environment, urlOf(sandbox));
    say('Starting Kafka, the schema registry and Redis …');
    starting = startStack({
      directory: join(config.LOCAL_DIRECTORY, 'data'),
      progress: (line) => say(`  ${line}`),
      onExit: (reason, part) => void revive(part, reason),
      signal: stopping.signal,
    });
    const stack = await starting;
    say(`  Kafka on ${stack.brokers}, the registry on ${stack.registryUrl}, Redis on ${hostOf(stack.redisUrl)}`);
    const RETRY_DELAYS = environment.RETRY_DELAYS || LOCAL_RETRY_DELAYS;
    say(await register(readAddresses(addressesOf(stack)), { ...config, RETRY_DELAYS }));
    stopping.signal.throwIfAborted();
    await Promise.all([sandbox, ...services].map((program) => run(program, stack, local[program.name])));
    const logs = relative('', logDirectory);
    say(
      welcome(
        {
          ingestUrl: urlOf(ingest),
          sandboxUrl: urlOf(sandbox),
          registryUrl: stack.registryUrl,
          logs: logs.startsWith('..') ? logDirectory : logs,
        },
        config.LOCAL_SECRET,
      ),
    );
  }

  const logDirectory = join(config.LOCAL_DIRECTORY, 'logs');
  const urlOf = (program: Program): string => `http://127.0.0.1:${config.portOf(program)}`;

  async function run(
    program: Program,
    { brokers, registryUrl, redisUrl }: Stack,
    local: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { name } = program;
    const tell = (line: string): void => say(`${name} ${line}`);
    const supervision = supervise({
      name,
      script: scriptOf(program),
      url: urlOf(program),
      variables: {
        ...outsideSystems(name, {
          sandboxUrl: urlOf(sandbox),
          smtpPort: config.SANDBOX_SMTP_PORT,
          searchUrl: urlOf(programOf('kb-indexer')),
          actionsUrl: urlOf(programOf('actions')),
          contextUrl: urlOf(programOf('flows')),
          directory: join(config.LOCAL_DIRECTORY, 'data'),
          environment,
        }),
        RETRY_DELAYS: LOCAL_RETRY_DELAYS,
        ...environment,
        HOST: '127.0.0.1',
        PORT: String(config.portOf(program)),
        // One variable cannot be the port of all of them: they answer operations where they serve.
        OPS_PORT: undefined,
        SMTP_PORT: String(config.SANDBOX_SMTP_PORT),
        KAFKA_BROKERS: brokers,
        SCHEMA_REGISTRY_URL: registryUrl,
        REDIS_URL: redisUrl,
        SOURCES_FILE: config.SOURCES_FILE,
        RESUBMIT_SECRET: config.RESUBMIT_SECRET,
        ACTIONS: config.ACTIONS,
        CALLERS_FILE: config.CALLERS_FILE,
        RECIPIENTS_FILE: config.RECIPIENTS_FILE,
        ...local,
      },
      log: openServiceLog(logDirectory, name, tell),
      say: tell,
    });
    supervisions.push(supervision);
    await supervision.ready;
  }

  /** A server of the stack that ended by itself is started again, on the same data. */
  async function revive(part: Part, reason: string): Promise<void> {
    for (let deaths = 1; !stopping.signal.aborted; deaths += 1) {
      say(`${reason}; it is started again in ${backOffMs(deaths) / 1_000} s`);
      await sleep(backOffMs(deaths), undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        await part.start();
        say(`${part.name} is back`);
        return;
      } catch (error) {
        reason = (error as Error).message;
      }
    }
  }

  return {
    start,
    async stop() {
      stopping.abort();
      await Promise.all(supervisions.map((supervision) => supervision.stop()));
      const stack = await starting?.catch(() => undefined);
      await stack?.stop();
    },
    kill() {
      stopping.abort();
      for (const supervision of supervisions) supervision.kill();
      void starting?.then(({ started }) => started.map((part) => part.kill())).catch(() => {});
    },
  };
}

/** What the stand-ins for vendors have in common, by the name of the program. */
const localVariables = async (config: DeployConfig): Promise<Readonly<Record<string, Record<string, string>>>> => ({
  [ingest.name]: await localSourceVariables(config),
  actions: { LOCAL_SECRET: config.LOCAL_SECRET },
  flows: { LOCAL_SECRET: config.LOCAL_SECRET, FLOWS: environment.FLOWS || LOCAL_FLOWS },
  [sandbox.name]: {
    // The bot of the chat page signs with the same secret as the local sources.
    LOCAL_SECRET: config.LOCAL_SECRET,
    ...botUrls(config),
    BOT_FRAMEWORK_KEYS: JSON.stringify(await publishedKeys(await vendorKey(config.LOCAL_DIRECTORY))),
  },
});

const CALLED_BY_BOT: Readonly<Record<string, string>> = {
  ingest: 'INGEST_URL',
  actions: 'ACTIONS_URL',
  flows: 'CONTEXT_URL',
};

/** Where the bot of the chat page finds the services that it calls. */
const botUrls = (config: DeployConfig): Record<string, string> =>
  Object.fromEntries(
    services.flatMap((service) => {
      const variable = CALLED_BY_BOT[service.name];
      return variable === undefined ? [] : [[variable, `http://127.0.0.1:${config.portOf(service)}`]];
    }),
  );

/** @throws ConfigError, seconds before ingest would */
async function checkSources(path: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError([`SOURCES_FILE cannot be read: ${error.message}`]);
  });
  await resolveSources(parseSources(text, path), { ...environment, ...variables });
}

/** @throws LocalStackError naming a port that something needs and cannot have */
async function checkPorts(config: DeployConfig): Promise<void> {
  const needed = [...services, sandbox].map((program) => ({
    name: program.name,
    port: config.portOf(program),
    variable: portVariable(program),
  }));
  needed.push({ name: 'the mail of the sandbox', port: config.SANDBOX_SMTP_PORT, variable: 'SANDBOX_SMTP_PORT' });
  checkDistinct([...knownPorts(environment), ...needed]);
  for (const { name, port, variable } of needed) {
    if (!(await isTaken(port))) continue;
    throw new LocalStackError(
      `Port ${port}, which ${name} needs, is taken: stop what listens there (another \`npm start\`?), or set ${variable} to a free port.`,
    );
  }
}

/** The servers of this stack, with the credentials that the environment has for them. */
const addressesOf = ({ brokers, registryUrl }: Stack) => ({
  ...environment,
  KAFKA_BROKERS: brokers,
  SCHEMA_REGISTRY_URL: registryUrl,
});

const programOf = (name: string): Program => services.find((service) => service.name === name) as Program;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
