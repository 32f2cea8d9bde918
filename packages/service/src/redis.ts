import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** A call that takes longer is given up and asked again: every step may be repeated. */
const COMMAND_TIMEOUT_MS = 2_000;
/** A host that vanished closes no connection: one that answers nothing for so long is replaced. */
const SILENCE_MS = 5_000;
const RECONNECT_MS = 500;

/** A connection that fails fast while Redis is away, comes back by itself, and says each only once. */
export function createRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => RECONNECT_MS,
    // A primary that has become a replica keeps its connections.
    reconnectOnError: ({ message }) => message.includes('READONLY'),
  });
  let away = false;
  redis.on('error', (error) => {
    if (!away) logger.warn({ err: error }, 'Redis cannot be reached');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis can be reached again');
    away = false;
  });
  return redis;
}

/** States of Redis that pass; Redis 6 tells of them inside of `ERR Error running script …` too. */
const PASSING = /\b(READONLY|OOM|MISCONF|NOREPLICAS|LOADING|BUSY|MASTERDOWN|max number of clients)\b/;

/** What was asked is wrong; Redis is well. */
export const isMistake = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === 'ReplyError' &&
  /^(ERR|WRONGTYPE) /.test(error.message) &&
  !PASSING.test(error.message);
