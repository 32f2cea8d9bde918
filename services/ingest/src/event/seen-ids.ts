import { connectRedis, type Logger, type RedisAddress } from '@switchboard/service';
import type { Redis } from 'ioredis';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Remembers, across instances, which events are in Kafka. A hint only: it may forget, and no event waits long for it. */
export interface SeenIds {
  /** The content of the event with this id; undefined when it is not known. */
  get(id: string): Promise<string | undefined>;
  add(id: string, content: string): void;
  /**
   * The name held for a subject if it begins with `content`, else the proposed one, which is held from then on;
   * undefined while Redis does not answer.
   */
  claim(subject: string, content: string, proposal: string, keepMs: number): Promise<string | undefined>;
  /** Holds this name of a subject for so long from now on, and no longer. Done later if Redis does not answer now. */
  shorten(subject: string, name: string, keepMs: number): void;
  check(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  redisUrl: RedisAddress;
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
/**
 * How long additions wait for others: a command costs as much as ten ids. The instance itself knows them meanwhile, and
 * a repeat at another instance within this time passes, as if both had come at once.
 */
const GATHER_MS = 5;
/** A connection that says nothing for so long is replaced. */
const SILENCE_MS = 5_000;

/** Names that could not be shortened. */
const MOST_LATE = 20_000;

const REMEMBER = `for index, key in ipairs(KEYS) do redis.call('SET', key, ARGV[index + 1], 'EX', ARGV[1]) end`;
const CLAIM = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1]) == ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ARGV[2]
`;
const SHORTEN = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`;

/** All look-ups that come while one is under way share the next command; additions are gathered for a moment. */
export function connectSeenIds({ redisUrl, scope, ttlSeconds, logger, metrics }: Options): SeenIds {
  const keyOf = (id: string): string => `ingest:seen:${scope}:${id}`;
  const nameKeyOf = (subject: string): string => `ingest:name:${scope}:${subject}`;
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

  const redis = connectRedis(redisUrl, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (attempt) => Math.min(100 * attempt, REST_MS),
  });
  redis.defineCommand('remember', { lua: REMEMBER });
  redis.defineCommand('claimName', { lua: CLAIM, numberOfKeys: 1 });
  redis.defineCommand('shortenName', { lua: SHORTEN, numberOfKeys: 1 });

  /** Undefined until the first connection succeeds or fails. */
  let usable: boolean | undefined;
  let reopen: NodeJS.Timeout | undefined;
  let lookups: { id: string; resolve: (content: string | undefined) => void }[] = [];
  let asking = false;
  let additions: { id: string; content: string }[] = [];
  let late: Shortened[] = [];

  function setUsable(value: boolean, reason = ''): void {
    if (usable === value) return;
    usable = value;
    available.set(value ? 1 : 0);
    if (value) {
      logger.info('Redis answers: repeated events are recognised');
      const due = late;
      late = [];
      for (const one of due) shorten(one);
    } else logger.warn({ reason }, 'Redis does not answer: repeated events pass, consumers recognise them');
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
      for (const [index, { resolve }] of batch.entries()) resolve(found[index] ?? undefined);
    } catch (error) {
      rest(messageOf(error));
      for (const { resolve } of batch) resolve(undefined);
      // Those that came meanwhile would wait as long for the same answer.
      for (const { resolve } of lookups) resolve(undefined);
      lookups = [];
    }
    asking = lookups.length > 0;
    if (asking) void look();
  }

  async function remember(): Promise<void> {
    const keys = additions.map(({ id }) => keyOf(id));
    const contents = additions.map(({ content }) => content);
    additions = [];
    try {
      await within(REST_MS, (redis as Redis & Scripts).remember(keys.length, ...keys, ttlSeconds, ...contents));
    } catch (error) {
      // Full or read-only, it can still be asked.
      failures.inc();
      logger.debug({ reason: messageOf(error) }, 'events not remembered');
    }
  }

  function shorten(one: Shortened): void {
    if (!usable) {
      keepForLater(one);
      return;
    }
    const left = Math.max(one.until - Date.now(), 1);
    (redis as Redis & Scripts).shortenName(nameKeyOf(one.subject), one.name, left).catch(() => {
      failures.inc();
      keepForLater(one);
    });
  }

  function keepForLater(one: Shortened): void {
    if (late.length < MOST_LATE) late.push(one);
  }

  redis.on('ready', () => setUsable(true));
  redis.on('close', () => setUsable(false, 'the connection is closed'));
  redis.on('error', (error) => setUsable(false, messageOf(error)));

  return {
    get(id) {
      if (!usable) return UNKNOWN;
      return new Promise((resolve) => {
        lookups.push({ id, resolve });
        if (asking) return;
        asking = true;
        setImmediate(look);
      });
    },
    add(id, content) {
      if (usable && additions.push({ id, content }) === 1) setTimeout(remember, GATHER_MS);
    },
    async claim(subject, content, proposal, keepMs) {
      if (!usable) return undefined;
      try {
        const { claimName } = redis as Redis & Scripts;
        return await within(LOOKUP_MS, claimName.call(redis, nameKeyOf(subject), content, proposal, keepMs));
      } catch (error) {
        rest(messageOf(error));
        return undefined;
      }
    },
    shorten: (subject, name, keepMs) => shorten({ subject, name, until: Date.now() + keepMs }),
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

interface Shortened {
  readonly subject: string;
  readonly name: string;
  /** Epoch ms. */
  readonly until: number;
}

interface Scripts {
  remember(count: number, ...keysTtlAndContents: (string | number)[]): Promise<unknown>;
  claimName(key: string, content: string, proposal: string, keepMs: number): Promise<string>;
  shortenName(key: string, name: string, keepMs: number): Promise<unknown>;
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

const UNKNOWN = Promise.resolve(undefined);

const ignoreClosed = (): void => {};
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
