import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from '@switchboard/service';
import { composeFor, createContainers, findCompose } from './docker.ts';
import { explain, LocalStackError } from './error.ts';
import { findOrInstallJava } from './java.ts';
import { withLock } from './lock.mjs';
import { createProcesses } from './native.ts';
import { foreignPart, type Part } from './part.ts';
import { ALL_PARTS, answers, freePlaces, knownPlaces, type PartName, type Places } from './places.ts';
import { findProgram, type Variables } from './programs.ts';
import { endOrphans } from './records.ts';
import { openSecured, type Secured } from './secured.ts';
import { SOFTWARE } from './software.ts';
import { startWatcher, type Watcher } from './watcher.ts';

export { LocalStackError } from './error.ts';
export type { Part, Part as Broker } from './part.ts';
export { checkDistinct, knownPorts, type PartName } from './places.ts';
export { freePort, isTaken } from './ports.ts';
export { ADMIN, keystoreOf, type Secured, variablesOf } from './secured.ts';

export interface StackOptions {
  /** The folder of the data and the logs. Existing data is reused. */
  directory: string;
  /** With three brokers: replication 3, min.insync.replicas 2. */
  brokers?: 1 | 3;
  /**
   * `default` uses the servers that KAFKA_BROKERS, SCHEMA_REGISTRY_URL and REDIS_URL name, or that answer on the
   * well-known ports (KAFKA_PORT, REGISTRY_PORT, REDIS_PORT), and starts the others there. `free` starts a separate
   * stack on free ports.
   */
  ports?: 'default' | 'free';
  /** For a stack that lives for minutes under little load: its broker starts in half the CPU time. Default false. */
  brief?: boolean;
  /** The address that clients use for a broker, such as that of a proxy in between. */
  advertise?: (brokerId: number, port: number) => string;
  /** Receives a line for each slow step. */
  progress?: (line: string) => void;
  /** Called when a part ends unexpectedly; default `progress`. */
  onExit?: (reason: string, part: Part) => void;
  /** The parts to start; default all three. */
  parts?: readonly PartName[];
  /** Kafka and Redis then ask for passwords, Kafka for TLS and rights too. Always on free or own ports, with Java. */
  secured?: boolean;
  /** Aborts the start: stops the parts that run by then, and rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Default the environment. */
  variables?: Variables;
}

export interface Stack extends AsyncDisposable {
  /** The bootstrap servers for clients, separated by commas. */
  readonly brokers: string;
  /** Includes the path of the Confluent API. */
  readonly registryUrl: string;
  readonly redisUrl: string;
  readonly kafka: readonly Part[];
  readonly registry: Part;
  readonly redis: Part;
  readonly secured: Secured | undefined;
  /** The parts that this call has started. */
  readonly started: readonly Part[];
  /** Stops the parts that this call has started, within 15 s. */
  stop(): Promise<void>;
}

/**
 * Starts the parts of the stack that do not run yet. Resolves when every part answers.
 * @throws LocalStackError when it cannot run here
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { parts = ALL_PARTS, brokers = 1, variables = environment, progress = () => {} } = options;
  const directory = resolve(options.directory);
  try {
    return await withLock(
      join(directory, 'start.lock'),
      () => startInFreePorts({ ...options, directory, parts, brokers, variables, progress }),
      (holder) => progress(`Waiting for process ${holder}, which is starting the stack in ${directory} …`),
    );
  } catch (error) {
    throw explain(error, directory);
  }
}

type Request = StackOptions & Required<Pick<StackOptions, 'parts' | 'brokers' | 'variables' | 'progress'>>;

/** Starts again if another process has taken a port since it was found free. */
const FREE_PORT_TRIES = 4;

async function startInFreePorts(request: Request): Promise<Stack> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(request);
    } catch (error) {
      const taken =
        error instanceof LocalStackError && /already in use|already bound|failed listening/i.test(error.message);
      if (!taken || request.ports !== 'free' || tries === FREE_PORT_TRIES) throw error;
    }
  }
}

const loopback = (_brokerId: number, port: number): string => `127.0.0.1:${port}`;
/** The name in the certificate. */
const named = (_brokerId: number, port: number): string => `localhost:${port}`;

async function start(request: Request): Promise<Stack> {
  await endOrphans(request.directory);
  const secured = request.secured ? await openSecured(request.directory) : undefined;
  const advertise = request.advertise ?? (secured === undefined ? loopback : named);
  const asked = { ...request, advertise };
  const places = request.ports === 'free' ? await freePlaces(asked) : await knownPlaces(asked, request.variables);
  const watcher = startWatcher();
  let own: Part[] = [];
  let release = async () => {};
  const stop = async () => {
    const results = await Promise.allSettled(own.map((part) => part.stop()));
    // Ends processes that did not stop.
    watcher.close();
    await release();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const run = async () => {
    const created = await createParts(places, { ...asked, secured }, watcher);
    request.signal?.throwIfAborted();
    ({ parts: own, release } = created);
    await Promise.all(own.map((part) => part.start()));
    await untilWhole(places);
  };
  try {
    await Promise.race([run(), aborted(request.signal)]);
  } catch (error) {
    // Report the error of the start, not one of the stop that follows.
    await stop().catch(() => {});
    throw error;
  }
  const at = (name: PartName) =>
    places[name].ports.map((port) => own.find((part) => part.port === port) ?? foreignPart(name, port));
  return {
    brokers: places.kafka.address,
    registryUrl: places.registry.address,
    redisUrl: places.redis.address,
    secured,
    kafka: at('kafka'),
    registry: at('registry')[0] ?? foreignPart('registry', 0),
    redis: at('redis')[0] ?? foreignPart('redis', 0),
    started: own,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Parts {
  parts: Part[];
  /** Removes the remains of the parts after they have stopped. */
  release(): Promise<void>;
}

/** Runs the parts as processes, or as containers if there is no Java. */
async function createParts(
  places: Places,
  request: Omit<Request, 'secured'> & { secured: Secured | undefined },
  watcher: Watcher,
): Promise<Parts> {
  const { variables, progress, onExit = progress, advertise = loopback, secured } = request;
  const { kafka, registry, redis } = places;
  const redisOnPath = await findProgram('redis-server', variables);
  const needsJava = kafka.toStart || registry.toStart || (redis.toStart && redisOnPath === undefined);
  const onlyNative = secured !== undefined || request.brokers === 3 || advertise !== loopback;
  // A running Docker engine comes before a download of Java, where containers can do what is asked for.
  const mayDownload = async () => onlyNative || (await findCompose(variables)) === undefined;
  const found = needsJava
    ? await findOrInstallJava({ variables, progress, software: SOFTWARE }, mayDownload)
    : { java: '' };
  if ('java' in found) {
    const options = {
      ...request,
      secured,
      advertise,
      onExit,
      software: SOFTWARE,
      java: found.java,
      redisOnPath,
      watcher,
    };
    return { parts: await createProcesses(places, options), release: async () => {} };
  }
  const command = await findCompose(variables);
  if (command === undefined) {
    throw new LocalStackError(
      `The local stack needs Java 17 or later, and ${found.problem}: install it, or Python 3 with pip, which downloads it, or start a Docker engine.`,
    );
  }
  if (onlyNative) {
    const what = secured === undefined ? 'Three brokers need' : 'A secured stack needs';
    throw new LocalStackError(`${what} Java 17 or later, and ${found.problem}: install it, or Python 3 with pip.`);
  }
  const ownKafka = kafka.address !== '' && kafka.ports.length === 0;
  if (registry.toStart && ownKafka) {
    throw new LocalStackError(
      'As a container, the registry keeps its schemas in the Kafka beside it: with KAFKA_BROKERS, set SCHEMA_REGISTRY_URL too (or install Java 17).',
    );
  }
  progress('Java 17 is missing: starting the containers of docker-compose.yml …');
  const free = request.ports === 'free';
  const compose = composeFor(command, places, variables, free ? `switchboard-${kafka.ports[0]}` : undefined);
  return {
    parts: createContainers(places, compose),
    release: async () => {
      if (free) await compose('down', '--volumes');
    },
  };
}

const UNITE_LIMIT_MS = 240_000;

/** Resolves when every broker knows the others. */
async function untilWhole({ kafka }: Places): Promise<void> {
  if (!kafka.toStart) return;
  for (const deadline = Date.now() + UNITE_LIMIT_MS; !(await answers('kafka', kafka.ports)); await sleep(100)) {
    if (Date.now() > deadline)
      throw new LocalStackError(
        `The Kafka brokers did not find each other within ${UNITE_LIMIT_MS / 1_000} s: look at their logs.`,
      );
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
