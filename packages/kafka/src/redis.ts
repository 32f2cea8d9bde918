import { Redis } from 'ioredis';
import type { Logger } from 'pino';

/** A call that takes longer is given up and asked again: every step may be repeated. */
const COMMAND_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 500;

/** A connection that fails fast while Redis is away, comes back by itself, and says each only once. */
export function createRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => RECONNECT_MS,
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
