import type { Logger } from '@switchboard/service';
import { Redis } from 'ioredis';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Remembers, across instances, which events are in Kafka. A hint only: it may forget, and it is never waited for. */
export interface SeenIds {
  has(id: string): Promise<boolean>;
  add(id: string): void;
  check(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  redisUrl: string;
  /** Names the Kafka that the events are in: a mark of another one says nothing of this one. */
  scope: string;
  ttlSeconds: number;
  logger: Logger;
  metrics: Registry;
}

/** A look-up takes well under a millisecond; one that takes longer than this is worth less than its time. */
const LOOKUP_MS = 50;
/** After a failure events pass unasked for so long, so that a slow Redis costs at most 5 % of the time. */
const REST_MS = 1_000;
/** A connection that says nothing for so long is replaced. */
const SILENCE_MS = 5_000;

const REMEMBER = `for _, key in ipairs(KEYS) do redis.call('SET', key, '1', 'EX', ARGV[1]) end`;

/** All look-ups of one turn of the event loop share one command, and so do all additions. */
export function connectSeenIds({ redisUrl, scope, ttlSeconds, logger, metrics }: Options): SeenIds {
  const keyOf = (id: string): string => `ingest:seen:${scope}:${id}`;
  const failures = new Counter({
    name: 'ingest_seen_ids_failures_total',
    help: 'Commands to Redis that failed or took too long; their events passed unasked',
    registers: [metrics],
  });
  const available = new Gauge({
    name: 'ingest_seen_ids_available',
    help: '1 while Redis is asked for earlier deliveries of an event',
    registers: [metrics],
  });

  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (attempt) => Math.min(100 * attempt, REST_MS),
  });
  redis.defineCommand('remember', { lua: REMEMBER });

  /** Undefined until the first connection succeeds or fails. */
  let usable: boolean | undefined;
  let reopen: NodeJS.Timeout | undefined;
  let lookups: { id: string; resolve: (seen: boolean) => void }[] = [];
  let additions: string[] = [];

  function setUsable(value: boolean, reason = ''): void {
    if (usable === value) return;
    usable = value;
    available.set(value ? 1 : 0);
    if (value) logger.info('Redis answers: repeated events are recognised');
    else logger.warn({ reason }, 'Redis does not answer: repeated events pass, consumers recognise them');
  }

  function rest(reason: string): void {
    failures.inc();
    setUsable(false, reason);
    clearTimeout(reopen);
    // The probe waits for as long as it takes; a connection that dies rejects it, and the next one says `ready`.
    reopen = setTimeout(() => redis.ping().then(() => setUsable(true), ignoreClosed), REST_MS);
    reopen.unref();
  }

  async function look(): Promise<void> {
    const batch = lookups;
    lookups = [];
    try {
      const found = await within(LOOKUP_MS, redis.mget(batch.map(({ id }) => keyOf(id))));
      for (const [index, { resolve }] of batch.entries()) resolve(typeof found[index] === 'string');
    } catch (error) {
      rest(messageOf(error));
      for (const { resolve } of batch) resolve(false);
    }
  }

  async function remember(): Promise<void> {
    const keys = additions.map(keyOf);
    additions = [];
    try {
      await within(REST_MS, (redis as Redis & Remember).remember(keys.length, ...keys, ttlSeconds));
    } catch (error) {
      // Full or read-only, it can still be asked.
      failures.inc();
      logger.debug({ reason: messageOf(error) }, 'events not remembered');
    }
  }

  redis.on('ready', () => setUsable(true));
  redis.on('close', () => setUsable(false, 'the connection is closed'));
  redis.on('error', (error) => setUsable(false, messageOf(error)));

  return {
    async has(id) {
      if (!usable) return false;
      return new Promise((resolve) => {
        if (lookups.push({ id, resolve }) === 1) setImmediate(look);
      });
    },
    add(id) {
      if (usable && additions.push(id) === 1) setImmediate(remember);
    },
    async check() {
      if (!usable) throw new Error('Redis does not answer: repeated events are not recognised at ingest');
    },
    async close() {
      clearTimeout(reopen);
      // What closes by our own doing is nothing to warn of.
      usable = false;
      redis.disconnect();
    },
  };
}

interface Remember {
  remember(count: number, ...keysAndTtl: (string | number)[]): Promise<unknown>;
}

async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const expire = (): void => reject(new Error(`no answer within ${limitMs} ms`));
    // If it is this process that was busy, the answer lies in the socket: it is read before the immediate runs.
    timer = setTimeout(() => setImmediate(expire), limitMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const ignoreClosed = (): void => {};
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
