import { type RedisOptions as AnyOptions, Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';

/** A slower call times out and is sent again, since every step may be repeated. */
const COMMAND_TIMEOUT_MS = 2_000;
/** A connection without an answer for this time is replaced, since a vanished host closes none. */
const SILENCE_MS = 5_000;
const RECONNECT_MS = 500;

export type RedisOptions = Omit<AnyOptions, 'replyMapping'>;

/** A URL, or a function that returns the host and the credentials for each new connection. */
export type RedisAddress = string | (() => RedisOptions);

/** Some nodes of a Redis Cluster, and a function that returns the credentials for each new connection. */
export interface ClusterAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  credentials(): Pick<RedisOptions, 'username' | 'password' | 'tls'>;
}

/** Connects, and reads the credentials again before each reconnection, so that they can be rotated. */
export function connectRedis(address: RedisAddress, settings: RedisOptions): Redis {
  if (typeof address === 'string') return new Redis(address, settings);
  const redis: Redis = new Redis({
    ...address(),
    ...settings,
    retryStrategy(attempt: number) {
      Object.assign(redis.options, address());
      return settings.retryStrategy?.(attempt);
    },
  });
  return redis;
}

/** A connection that fails fast while Redis is down, reconnects by itself, and logs each change once. */
export function createRedis(address: RedisAddress, logger: Logger): Redis {
  const redis = connectRedis(address, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => RECONNECT_MS,
    // A primary that has become a replica keeps its connections.
    reconnectOnError: ({ message }) => message.includes('READONLY'),
  });
  logChanges(redis, logger);
  return redis;
}

/** A command to a node that has failed is sent again to its successor for about this many tenths of a second. */
const REDIRECTIONS = 5;

/** The same for a Redis Cluster. While a node is away, commands for its keys fail, those for others do not. */
export function createRedisCluster({ nodes, credentials }: ClusterAddress, logger: Logger): Cluster {
  const cluster = new Cluster([...nodes], {
    redisOptions: {
      commandTimeout: COMMAND_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      connectTimeout: COMMAND_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      ...credentials(),
    },
    enableOfflineQueue: false,
    maxRedirections: REDIRECTIONS,
    clusterRetryStrategy: () => RECONNECT_MS,
    // Certificates name hosts, so these are not replaced by addresses.
    ...(credentials().tls === undefined ? {} : { dnsLookup: (host, use) => use(null, host) }),
  });
  // A connection is never opened again: its successor is made from these options.
  const { connectionPool } = cluster as unknown as { connectionPool: { redisOptions: RedisOptions } };
  cluster.on('-node', () => Object.assign(connectionPool.redisOptions, credentials()));
  logChanges(cluster, logger);
  return cluster;
}

function logChanges(redis: Redis | Cluster, logger: Logger): void {
  let away = false;
  redis.on('error', (error) => {
    if (!away) logger.warn({ err: error }, 'Redis cannot be reached');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis can be reached again');
    away = false;
  });
}

/** Temporary states of Redis. Redis 6 also reports them inside `ERR Error running script …`. */
const PASSING = /\b(READONLY|OOM|MISCONF|NOREPLICAS|LOADING|BUSY|MASTERDOWN|max number of clients)\b/;

/** Whether the command is wrong and Redis is available. */
export const isMistake = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'ReplyError' &&
  /^(ERR|WRONGTYPE) /.test(error.message) &&
  !PASSING.test(error.message);
