import {
  connectionsConfig,
  openClusterAddress,
  openKafka,
  openRedisAddress,
  openRegistryAddress,
  withLocalDefaults,
} from '@switchboard/connections';
import { DEFAULT_LIMITS, RETRY_RECORD_BYTES } from '@switchboard/consumer';
import type { ScopedRedis } from '@switchboard/consumer/operate';
import {
  type Codec,
  clusterId,
  createCodec,
  createPublisher,
  type KafkaConnection,
  KafkaError,
  type Publisher,
} from '@switchboard/kafka';
import { ConfigError, createLogger, createRedis, createRedisCluster, readConfig } from '@switchboard/service';
import { OpsError } from './ops-error.ts';
import { asJson, asText } from './printable.ts';
import type { Privacy } from './privacy.ts';
import { asTime } from './times.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** What a command may use; connections are opened lazily. */
export interface Context {
  readonly variables: Variables;
  readonly connection: KafkaConnection;
  readonly privacy: Privacy;
  /** How long the services remember what they have done. */
  readonly doneTtlMs: number;
  /** The Redis with the event state, and what names our Kafka in it, as the services do. */
  redis(): Promise<ScopedRedis>;
  /** The Redis of REDIS_URL, which has everything else. */
  mainRedis(): Promise<ScopedRedis & { readonly redis: ReturnType<typeof createRedis> }>;
  publisher(): Promise<Publisher>;
  codec(): Promise<Codec>;
  /** The width of the terminal; undefined where the output is not one. */
  readonly columns: number | undefined;
  /** The result: text for people, or with --json the document. */
  report(text: string, document: unknown): void;
  /** The same context for a command that reports again and again: each report takes the place of the one before. */
  refreshing(): Context;
  /** Progress and warnings. */
  note(text: string): void;
  /** Aborted by Ctrl-C: what is half done is finished, nothing new begun. */
  readonly signal: AbortSignal;
}

export interface Output {
  out(text: string): void;
  err(text: string): void;
  /** The width of the terminal that `out` writes to. */
  columns?: number | undefined;
}

const silent = createLogger('ops', 'silent');

/** Moves a terminal's cursor to its first line, and clears what is below. */
const CLEAR = '\u001b[H\u001b[J';

/** @returns the context, and a function that closes what was opened */
export function openContext(
  options: { variables: Variables; privacy: Privacy; json: boolean; signal: AbortSignal } & Output,
): [Context, close: () => Promise<void>] {
  const { variables, privacy, json, signal, out, err, columns } = options;
  const { DONE_TTL_SECONDS, REDIS_SCOPE } = variables;
  const config = readConfig(connectionsConfig, withLocalDefaults(variables));
  const connection = openKafka(config);
  const closing: (() => unknown)[] = [];
  const clusterAddress = openClusterAddress(config);
  let mainRedis: ReturnType<Context['mainRedis']> | undefined;
  let cluster: Promise<ScopedRedis> | undefined;
  let publisher: Promise<Publisher> | undefined;

  async function connect<R extends ScopedRedis['redis']>(client: R, where: string, hint: string) {
    closing.push(() => client.disconnect());
    const scope = REDIS_SCOPE ? Promise.resolve(REDIS_SCOPE) : clusterId(connection);
    // When both are away, the error names Redis.
    scope.catch(() => {});
    const failure = await new Promise<Error | undefined>((resolve) => {
      client.once('ready', () => resolve(undefined));
      client.once('error', resolve);
    });
    if (failure === undefined) return { redis: client, scope: await scope };
    client.disconnect();
    throw new OpsError(`Redis does not answer at ${where}: start it, or set ${hint}.`, { cause: failure });
  }

  const connectMain: Context['mainRedis'] = () =>
    (mainRedis ??= connect(
      createRedis(openRedisAddress(config), silent),
      new URL(config.REDIS_URL).host,
      'REDIS_URL',
    ).catch((error) => {
      mainRedis = undefined;
      throw error;
    }));

  const connectState: Context['redis'] = () => {
    if (clusterAddress === undefined) return connectMain();
    cluster ??= connect(createRedisCluster(clusterAddress, silent), config.REDIS_CLUSTER ?? '', 'REDIS_CLUSTER').catch(
      (error) => {
        cluster = undefined;
        throw error;
      },
    );
    return cluster;
  };

  async function connectPublisher(): Promise<Publisher> {
    const opened = await createPublisher({
      ...{ ...connection, clientId: 'switchboard-ops', logger: silent, deadlineMs: 30_000 },
      maxRecordBytes: RETRY_RECORD_BYTES,
    });
    closing.push(opened.close);
    return opened;
  }

  const context: Context = {
    variables,
    connection,
    privacy,
    doneTtlMs: Number(DONE_TTL_SECONDS || 0) * 1_000 || DEFAULT_LIMITS.doneTtlMs,
    signal,
    redis: connectState,
    mainRedis: connectMain,
    publisher: () => (publisher ??= connectPublisher()),
    codec: () => createCodec({ registryUrl: openRegistryAddress(config) }),
    columns,
    report: (text, document) => out(json ? asJson(document) : asText(text)),
    refreshing: () => ({
      ...context,
      report(text, document) {
        if (json) out(asJson(document, 0));
        else out(columns === undefined ? `${asTime(Date.now())}\n${asText(text)}\n` : `${CLEAR}${asText(text)}`);
      },
    }),
    note: (text) => err(asText(text)),
  };
  const close = async (): Promise<void> => {
    for (const end of closing.reverse()) await end();
  };
  return [context, close];
}

/** The sentence for what went wrong; undefined when it is a bug of ours. */
export function sentenceOf(error: unknown, { KAFKA_BROKERS }: Variables): string | undefined {
  if (error instanceof KafkaError && error.code === 'UNREACHABLE') {
    return KAFKA_BROKERS
      ? `${error.message}; KAFKA_BROKERS says where it is.`
      : `${error.message}: is \`npm start\` running? KAFKA_BROKERS says where another Kafka is.`;
  }
  if (error instanceof KafkaError && error.code === 'REGISTRY_UNREACHABLE') {
    return `${error.message}: start it, or set SCHEMA_REGISTRY_URL.`;
  }
  if (!(error instanceof Error)) return undefined;
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (error instanceof ConfigError) return `${error.problems.join('; ')}.`;
  if (OURS.has(name)) return message;
  if (name.startsWith('KafkaJS') || code?.startsWith('PLT_KFK_'))
    return `Kafka did not answer as it should: ${message}`;
  return isOfRedis(error) ? `Redis did not answer as it should: ${message}` : undefined;
}

const OURS = new Set(['DeliveryError', 'KafkaError', 'OpsError', 'UsageError']);

const isOfRedis = ({ name, message }: Error): boolean =>
  ['ReplyError', 'MaxRetriesPerRequestError'].includes(name) ||
  /^(Command timed out|Connection is closed|Stream isn't writeable)/.test(message);
