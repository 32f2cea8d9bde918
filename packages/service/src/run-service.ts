import type { Tracer } from '@switchboard/tracing';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import Type, { type Static, type TObject } from 'typebox';
import { answerProblems } from './answer-problems.ts';
import { baseConfig, ConfigError, readConfig } from './config.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { createHealth, type Health } from './health.ts';
import { type ConnectionLimits, endConnections, limitConnections, serverOptions } from './http-server.ts';
import { createLogger } from './logger.ts';
import { registerOperations } from './operations.ts';
import { createReleaseStack, type ReleaseStack } from './release-stack.ts';
import { openTracing } from './tracing.ts';

export interface ServiceContext<C> {
  readonly name: string;
  readonly config: C & Static<typeof baseConfig>;
  readonly logger: Logger;
  readonly eventLog: EventLog;
  readonly metrics: Registry;
  readonly tracer: Tracer;
  /** The service's HTTP server. Listens after `start`, unless it has no routes and `OPS_PORT` is set. */
  readonly http: FastifyInstance;
  /** Lets it listen before that, alive but not ready, when `start` may take long. Routes are added before. */
  listen(): Promise<void>;
  readonly health: Pick<Health, 'add'>;
  /** Names what must be closed at the stop; the last added is closed first, after the HTTP server. */
  readonly onStop: ReleaseStack['add'];
  /** Aborted when the stop begins. */
  readonly stopping: AbortSignal;
  /** The service cannot continue: closes everything in order and exits with 1. */
  fail(error: Error): void;
}

export interface ServiceDefinition<S extends TObject> {
  name: string;
  config: S;
  /** Options of the HTTP server, when the defaults do not fit. */
  http?: FastifyServerOptions;
  /** Limits of its connections, when the defaults do not fit. @throws ConfigError */
  connections?(config: Static<S>): ConnectionLimits;
  start(context: ServiceContext<Static<S>>): Promise<void>;
}

const OPS_CONNECTIONS = { most: 200, mostPerAddress: 100 };

/** `EX_CONFIG` of sysexits.h. Supervisors that know it do not restart the process: only a new configuration helps. */
const EXIT_CONFIG = 78;

/** Kubernetes kills after 30 s; the exit must come before. */
const STOP_BUDGET_MS = 28_000;

/**
 * Runs a service until a signal ends it: reads and checks the configuration, starts, listens, and stops in order.
 * Exits with 0 after a clean stop, with 78 when its configuration is wrong, and with 1 when the start or the service
 * failed otherwise.
 */
export async function runService<S extends TObject>(definition: ServiceDefinition<S>): Promise<void> {
  const config = readOrExit(definition);
  const logger = createLogger(definition.name, config.LOG_LEVEL);
  const eventLog = createEventLog({ service: definition.name, level: config.LOG_LEVEL, sample: config.LOG_SAMPLE });
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: definition.name });
  collectDefaultMetrics({ register: metrics });
  const health = createHealth(logger);
  const releases = createReleaseStack();
  const stopping = new AbortController();
  let started = false;
  const loggerInstance = logger as FastifyBaseLogger;
  const http = Fastify({ ...serverOptions, ...definition.http, loggerInstance });
  const ops = config.OPS_PORT === undefined ? undefined : Fastify({ ...serverOptions, loggerInstance });
  if (ops !== undefined) limitConnections(ops, OPS_CONNECTIONS);
  registerOperations(ops ?? http, {
    health,
    metrics,
    serves: () => (stopping.signal.aborted ? 'stopping' : started ? 'serving' : 'starting'),
    audience: ops === undefined ? 'local' : 'everyone',
  });
  answerProblems(http);
  if (ops !== undefined) answerProblems(ops);
  /** A service without its own routes needs only the port for the operations, if there is one. */
  let hasRoutes = ops === undefined;
  http.addHook('onRoute', () => {
    hasRoutes = true;
  });

  let listening: Promise<void> | undefined;
  function listen(): Promise<void> {
    listening ??= openOwnPort();
    return listening;
  }
  async function openOwnPort(): Promise<void> {
    await http.ready();
    if (hasRoutes) await open(http, config.HOST, config.PORT, 'PORT');
  }

  let exitCode = 0;
  async function stop(reason: string): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort(new Error(reason));
    const startedAt = performance.now();
    logger.info({ reason }, 'stopping');
    // The process ends even if something hangs.
    setTimeout(() => process.exit(1), STOP_BUDGET_MS + 1_000).unref();
    endConnections(http);
    if (exitCode === 0) await new Promise((resolve) => setTimeout(resolve, config.STOP_DELAY_MS));
    releases.add('http', async () => void (await Promise.all([http.close(), ops?.close()])));
    const { clean } = await releases.release(logger, STOP_BUDGET_MS - (performance.now() - startedAt));
    logger.info({ clean }, 'stopped');
    process.exit(exitCode === 0 && !clean ? 1 : exitCode);
  }

  function fail(error: Error): void {
    logger.fatal({ err: error }, 'cannot go on');
    exitCode = !started && isConfigError(error) ? EXIT_CONFIG : 1;
    void stop('failed');
  }

  handleSignals(logger, stop);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', (reason) => fail(asError(reason)));

  try {
    const { tracer, close } = await openTracing(definition.name, config, logger);
    releases.add('traces', close);
    // A liveness probe must not kill a service during a long start.
    if (ops !== undefined) await open(ops, config.HOST, config.OPS_PORT as number, 'OPS_PORT');
    limitConnections(http, definition.connections?.(config));
    await definition.start({
      name: definition.name,
      config,
      logger,
      eventLog,
      metrics,
      tracer,
      http,
      listen,
      health,
      onStop: releases.add,
      stopping: stopping.signal,
      fail,
    });
    if (stopping.signal.aborted) return;
    await listen();
    started = true;
  } catch (error) {
    // A start that fails because everything is being closed is not a failure.
    if (stopping.signal.aborted) return logger.info({ err: error }, 'stopped during the start');
    return fail(asError(error));
  }
  const operations = ops === undefined ? {} : { operations: ops.listeningOrigin };
  logger.info({ ...(hasRoutes ? { address: http.listeningOrigin } : {}), ...operations }, 'ready');
}

function readOrExit<S extends TObject>(definition: ServiceDefinition<S>): Static<S> & Static<typeof baseConfig> {
  try {
    const schema = Type.Object({ ...baseConfig.properties, ...definition.config.properties });
    return readConfig(schema) as Static<S> & Static<typeof baseConfig>;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`${definition.name}: ${error.message}`);
    process.exit(EXIT_CONFIG);
  }
}

/** The first signal, or the loss of the supervisor, stops in order; a second signal exits at once. */
function handleSignals(logger: Logger, stop: (reason: string) => Promise<void>): void {
  let signals = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      signals += 1;
      if (signals > 1) {
        logger.warn({ signal }, 'second signal: exiting at once');
        process.exit(1);
      }
      void stop(signal);
    });
  }
  process.once('disconnect', () => void stop('the supervisor is gone'));
  // The supervisor may have exited while our modules were loading.
  if (process.connected === false) void stop('the supervisor is gone');
}

async function open(server: FastifyInstance, host: string, port: number, variable: string): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`${host}:${port} is taken: set ${variable} to a free one, or stop what listens there`);
  }
}

/** Our ConfigError, or a package's error for an unusable option such as a base URL. */
const isConfigError = (error: Error): boolean =>
  error instanceof ConfigError || (error as { code?: unknown }).code === 'INVALID_OPTION';

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
