import { redisReply } from '@switchboard/consumer';
import { OutboundError } from '@switchboard/outbound';

/** The part of Redis that is used. */
export interface HashStore {
  hget(key: string, field: string): Promise<string | null>;
  hset(key: string, fields: Record<string, string>): Promise<number>;
  hdel(key: string, field: string): Promise<number>;
  expire(key: string, seconds: number): Promise<number>;
}

/** Stores, for each conversation, which effects a helpdesk has or may have. */
export interface Memory {
  /** Reads the id stored under `field`. */
  recall(conversation: string, field: string): Promise<string | undefined>;
  /** Creates something once in a helpdesk that has no idempotency keys. */
  once(thing: Thing): Promise<string>;
}

export interface Thing {
  conversation: string;
  /** The field that stores its id. `also` is overwritten with it. */
  field: string;
  also?: string;
  /** How long `find` may miss the effect of a `create` without an answer. */
  lagMs: number;
  find(): Promise<string | undefined>;
  create(): Promise<string>;
}

/** Whether the last attempt had its effect is not known yet. Try again later. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'OUTCOME_UNKNOWN';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(
      'an earlier try had no answer, and what it made may not show yet: looking again later, instead of making it twice',
    );
    this.retryAfterMs = retryAfterMs;
  }
}

/** How long ids are stored. Later events of a conversation look them up in the helpdesk. */
const REMEMBERED_SECONDS = 30 * 24 * 3_600;
const ATTEMPTED = 'attempted at ';

/**
 * Looks before it creates, and first stores that it is about to. After an attempt with an unknown outcome, such as a
 * lost answer or a kill -9, it creates again only when an empty look-up is reliable. The look-up works even if Redis
 * has lost its data.
 */
export function createMemory(redis: HashStore, helpdesk: string, now: () => number = Date.now): Memory {
  const keyOf = (conversation: string) => `ticketing:${helpdesk}:${conversation}`;

  async function put(conversation: string, fields: Record<string, string>): Promise<void> {
    await redisReply(redis.hset(keyOf(conversation), fields));
    await redisReply(redis.expire(keyOf(conversation), REMEMBERED_SECONDS));
  }

  async function created({ conversation, field, create }: Thing): Promise<string> {
    await put(conversation, { [field]: ATTEMPTED + now() });
    try {
      return await create();
    } catch (error) {
      if (hadNoEffect(error)) await redisReply(redis.hdel(keyOf(conversation), field));
      throw error;
    }
  }

  return {
    async recall(conversation, field) {
      return (await redisReply(redis.hget(keyOf(conversation), field))) ?? undefined;
    },
    async once(thing) {
      const { conversation, field, also, lagMs, find } = thing;
      const known = await redisReply(redis.hget(keyOf(conversation), field));
      if (known !== null && !known.startsWith(ATTEMPTED)) return known;
      let id = await find();
      if (id === undefined) {
        const attemptedAt = known === null ? Number.NEGATIVE_INFINITY : Number(known.slice(ATTEMPTED.length));
        const wait = attemptedAt + lagMs - now();
        if (wait > 0) throw new OutcomeUnknownError(wait);
        id = await created(thing);
      }
      await put(conversation, { [field]: id, ...(also !== undefined && { [also]: id }) });
      return id;
    },
  };
}

/** Whether the request certainly had no effect in the helpdesk. */
function hadNoEffect(error: unknown): boolean {
  if (!(error instanceof OutboundError)) return false;
  // The request that opened the breaker is the cause of its error, and may have had its effect.
  if (error.code === 'UNAVAILABLE') return error.cause === undefined || hadNoEffect(error.cause);
  return (
    error.code === 'REJECTED' || error.code === 'AUTHENTICATION_FAILED' || error.code === 'BUSY' || error.status === 429
  );
}
