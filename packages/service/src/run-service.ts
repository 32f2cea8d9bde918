import type { Tracer } from '@switchboard/tracing';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import Type, { type Static, type TObject } from 'typebox';
import { answerClientError } from './client-error.ts';
import { baseConfig, ConfigError, readConfig } from './config.ts';
import { createHealth, type Health } from './health.ts';
import { createLogger } from './logger.ts';
import { registerOperations } from './operations.ts';
import { createReleaseStack, type ReleaseStack } from './release-stack.ts';
import { openTracing } from './tracing.ts';

export interface ServiceContext<C> {
  readonly name: string;
  readonly config: C & Static<typeof baseConfig>;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly tracer: Tracer;
  /** The service's HTTP server: it already answers the probes and the scrape. It listens once `start` is done. */
  readonly http: FastifyInstance;
  /** Lets it listen before that, alive but not ready, when `start` may take long. Routes are added before. */
  listen(): Promise<void>;
  readonly health: Pick<Health, 'add'>;
  /** Names what must be closed at the stop; the last added is closed first, after the HTTP server. */
  readonly onStop: ReleaseStack['add'];
  /** Aborted when the stop begins. */
  readonly stopping: AbortSignal;
  /** The service cannot go on: everything is closed in order and the process exits with 1. */
  fail(error: Error): void;
}

export interface ServiceDefinition<S extends TObject> {
  name: string;
  config: S;
  /** Options of the HTTP server, when the defaults do not fit. */
  http?: FastifyServerOptions;
  start(context: ServiceContext<Static<S>>): Promise<void>;
}

/** Kubernetes kills after 30 s; the exit must come before. */
const STOP_BUDGET_MS = 28_000;

/**
 * Runs a service until a signal ends it: reads and checks the configuration, starts, listens, and stops in order.
 * Exits with 0 after a clean stop; with 1 when the configuration, the start or the service itself failed.
 */
export async function runService<S extends TObject>(definition: ServiceDefinition<S>): Promise<void> {
  const config = readOrExit(definition);
  const logger = createLogger(definition.name, config.LOG_LEVEL);
  const metrics = new Registry();
  metrics.setDefaultLabels({ service: definition.name });
  collectDefaultMetrics({ register: metrics });
  const health = createHealth();
  const releases = createReleaseStack();
  const stopping = new AbortController();
  const http = Fastify({
    logController: new LogController({ disableRequestLogging: true }),
    clientErrorHandler: answerClientError,
    ...definition.http,
    loggerInstance: logger as FastifyBaseLogger,
  });
  let started = false;
  registerOperations(http, { health, metrics, started: () => started, stopping: stopping.signal });

  let listening: Promise<void> | undefined;
  function listen(): Promise<void> {
    listening ??= http.listen({ host: config.HOST, port: config.PORT }).then(() => {
      logger.info({ address: http.listeningOrigin }, 'listening');
    });
    return listening;
  }

  let exitCode = 0;
  async function stop(reason: string): Promise<void> {
    if (stopping.signal.aborted) return;
    stopping.abort(new Error(reason));
    const startedAt = performance.now();
    logger.info({ reason }, 'stopping');
    // Whatever hangs, the process ends.
    setTimeout(() => process.exit(1), STOP_BUDGET_MS + 1_000).unref();
    if (exitCode === 0) await new Promise((resolve) => setTimeout(resolve, config.STOP_DELAY_MS));
    releases.add('http', () => http.close());
    const { clean } = await releases.release(logger, STOP_BUDGET_MS - (performance.now() - startedAt));
    logger.info({ clean }, 'stopped');
    process.exit(exitCode !== 0 || !clean ? 1 : 0);
  }

  function fail(error: Error): void {
    logger.fatal({ err: error }, 'cannot go on');
    exitCode = 1;
    void stop('failed');
  }

  handleSignals(logger, stop);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', (reason) => fail(asError(reason)));

  try {
    const { tracer, close } = await openTracing(definition.name, config, logger);
    releases.add('traces', close);
    await definition.start({
      name: definition.name,
      config,
      logger,
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
    started = true;
    await listen();
  } catch (error) {
    // What a start trips over while everything is being closed is no failure.
    if (stopping.signal.aborted) return logger.info({ err: error }, 'stopped during the start');
    return fail(explainListening(error, config));
  }
  logger.info({ address: http.listeningOrigin }, 'ready');
}

function readOrExit<S extends TObject>(definition: ServiceDefinition<S>): Static<S> & Static<typeof baseConfig> {
  try {
    const schema = Type.Object({ ...baseConfig.properties, ...definition.config.properties });
    return readConfig(schema) as Static<S> & Static<typeof baseConfig>;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`${definition.name}: ${error.message}`);
    process.exit(1);
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
  // It may have gone while our modules were loading.
  if (process.connected === false) void stop('the supervisor is gone');
}

function explainListening(error: unknown, { HOST, PORT }: { HOST: string; PORT: number }): Error {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    return new Error(`${HOST}:${PORT} is taken: set PORT to a free one, or stop what listens there`);
  }
  return asError(error);
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
