import type { Rate } from '@switchboard/async';
import { connectRedis, type Logger, type RedisAddress } from '@switchboard/service';
import type { Redis } from 'ioredis';
import { Gauge, type Registry } from 'prom-client';

/** Token buckets that all instances take from. */
export interface SharedTokens {
  /**
   * Takes the tokens that are owed, which may leave the bucket below 0, then up to `count` more. Undefined when there is
   * no answer.
   */
  take(key: string, rate: Rate, count: number, owed?: number): Promise<Taken | undefined>;
  /** Whether it may be asked. */
  readonly usable: boolean;
}

export interface Taken {
  readonly granted: number;
  /** When the bucket will hold another token, in ms from now. */
  readonly nextMs: number;
}

interface Options {
  redisUrl: RedisAddress;
  /** Names this Kafka in the keys. */
  scope: string;
  logger: Logger;
  metrics: Registry;
}

/** A request waits no longer for the answer: its own has to come within 2.4 s. */
const ANSWER_MS = 200;
/** How long Redis is not asked after a failure. */
const REST_MS = 1_000;
/** A connection that says nothing for so long is replaced. */
const SILENCE_MS = 5_000;

/** A bucket that is gone is a full one, so it expires when it is full again. */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local per_ms, burst, count, owed = tonumber(ARGV[1]) / 1000, tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local at = tonumber(bucket[2]) or now
local tokens = math.min(burst, (tonumber(bucket[1]) or burst) + math.max(0, now - at) * per_ms) - owed
local granted = math.max(0, math.min(count, math.floor(tokens)))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / per_ms) + 1000)
return {granted, math.max(0, math.ceil((1 - tokens) / per_ms))}
`;

interface Scripts {
  takeTokens(key: string, perSecond: number, burst: number, count: number, owed: number): Promise<[number, number]>;
}

/** Keeps the buckets in Redis. One call names one key, as Redis Cluster requires. */
export function connectSharedTokens({ redisUrl, scope, logger, metrics }: Options) {
  const redis = connectRedis(redisUrl, {
    commandTimeout: ANSWER_MS,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(100 * attempt, REST_MS),
  });
  redis.defineCommand('takeTokens', { lua: TAKE, numberOfKeys: 1 });
  const { takeTokens } = redis as Redis & Scripts;
  const gauge = new Gauge({
    name: 'ingest_quota_shared',
    help: '1 while the instances share the quotas of tenants through Redis',
    registers: [metrics],
  });
  let usable = false;
  let isTold = false;
  let restUntil = 0;

  function setUsable(value: boolean, reason = ''): void {
    usable = value;
    gauge.set(value ? 1 : 0);
    if (value && isTold) logger.info('Redis answers: the quotas of tenants are shared again');
    if (!value && !isTold) {
      logger.warn({ reason }, 'Redis does not answer: each instance grants the whole quota of a tenant');
    }
    isTold = !value;
  }

  redis.on('ready', () => setUsable(true));
  redis.on('close', () => setUsable(false, 'the connection is closed'));
  redis.on('error', (error) => setUsable(false, error.message));

  return {
    async take(key: string, { perSecond, burst }: Rate, count: number, owed = 0): Promise<Taken | undefined> {
      try {
        const bucket = `ingest:quota:${scope}:${key}`;
        const [granted, nextMs] = await takeTokens.call(redis, bucket, perSecond, burst, count, owed);
        if (!usable) setUsable(true);
        return { granted, nextMs };
      } catch (error) {
        restUntil = performance.now() + REST_MS;
        setUsable(false, error instanceof Error ? error.message : String(error));
        return undefined;
      }
    },
    /** After a rest, the next call is a probe. */
    get usable() {
      return usable || (redis.status === 'ready' && performance.now() >= restUntil);
    },
    close(): void {
      isTold = true;
      redis.disconnect();
    },
  } satisfies SharedTokens & { close(): void };
}
