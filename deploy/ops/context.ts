import {
  type Codec,
  clusterId,
  createCodec,
  createPublisher,
  createRedis,
  DEFAULT_LIMITS,
  type KafkaConnection,
  KafkaError,
  type Publisher,
  type ScopedRedis,
} from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { OpsError } from './ops-error.ts';
import type { Privacy } from './privacy.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** What a command may use; connections are made when they are asked for. */
export interface Context {
  readonly variables: Variables;
  readonly connection: KafkaConnection;
  readonly privacy: Privacy;
  /** How long the services remember what they have done. */
  readonly doneTtlMs: number;
  /** With what names our Kafka in it, as the services do. */
  redis(): Promise<ScopedRedis>;
  publisher(): Promise<Publisher>;
  codec(): Promise<Codec>;
  /** The result: text for people, or with --json the document. */
  report(text: string, document: unknown): void;
  /** How it goes, for who watches. */
  note(text: string): void;
  /** Aborted by Ctrl-C: what is half done is finished, nothing new begun. */
  readonly signal: AbortSignal;
}

export interface Output {
  out(text: string): void;
  err(text: string): void;
}

const silent = createLogger('ops', 'silent');

/** @returns the context, and a function that closes what was opened */
export function openContext(
  options: { variables: Variables; privacy: Privacy; json: boolean; signal: AbortSignal } & Output,
): [Context, close: () => Promise<void>] {
  const { variables, privacy, json, signal, out, err } = options;
  const { KAFKA_BROKERS, KAFKA_PORT, SCHEMA_REGISTRY_URL, REGISTRY_PORT, REDIS_URL, REDIS_PORT } = variables;
  const { DONE_TTL_SECONDS, REDIS_SCOPE } = variables;
  const brokers = KAFKA_BROKERS || `127.0.0.1:${KAFKA_PORT || '9092'}`;
  const registryUrl = SCHEMA_REGISTRY_URL || `http://127.0.0.1:${REGISTRY_PORT || '8085'}/apis/ccompat/v7`;
  const redisUrl = REDIS_URL || `redis://127.0.0.1:${REDIS_PORT || '6379'}`;
  const closing: (() => unknown)[] = [];
  let redis: Promise<ScopedRedis> | undefined;
  let publisher: Promise<Publisher> | undefined;

  async function connectRedis(): Promise<ScopedRedis> {
    const client = createRedis(redisUrl, silent);
    closing.push(() => client.disconnect());
    const scope = REDIS_SCOPE ? Promise.resolve(REDIS_SCOPE) : clusterId({ brokers });
    // Of both that are away, Redis is named.
    scope.catch(() => {});
    const failure = await new Promise<Error | undefined>((resolve) => {
      client.once('ready', () => resolve(undefined));
      client.once('error', resolve);
    });
    if (failure === undefined) return { redis: client, scope: await scope };
    const { host } = new URL(redisUrl);
    throw new OpsError(`Redis does not answer at ${host}: start it, or set REDIS_URL.`, { cause: failure });
  }

  async function connectPublisher(): Promise<Publisher> {
    const opened = await createPublisher({ brokers, clientId: 'switchboard-ops', logger: silent, deadlineMs: 30_000 });
    closing.push(opened.close);
    return opened;
  }

  const context: Context = {
    variables,
    connection: { brokers },
    privacy,
    doneTtlMs: Number(DONE_TTL_SECONDS || 0) * 1_000 || DEFAULT_LIMITS.doneTtlMs,
    signal,
    redis: () => (redis ??= connectRedis()),
    publisher: () => (publisher ??= connectPublisher()),
    codec: () => createCodec({ registryUrl }),
    report: (text, document) => out(json ? JSON.stringify(document, null, 2) : text),
    note: (text) => err(text),
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
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  return ['ConfigError', 'DeliveryError', 'KafkaError', 'OpsError', 'UsageError'].includes(name) ? message : undefined;
}
