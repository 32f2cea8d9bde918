import { redisReply } from '@switchboard/consumer';
import type { Redis } from 'ioredis';
import { KNOWN_SECONDS, type Message, readFields } from './waiting-messages.ts';
import { WAITING_SCRIPT } from './waiting-script.ts';

/** A dead message, or a dead digest of several. */
export interface DeadMessage {
  readonly id: string;
  readonly tenant: string;
  readonly channel: string;
  /** The idempotency keys of its events. */
  readonly events: readonly string[];
  readonly code: string;
  /** The time of death, in ISO 8601. */
  readonly at: string;
}

/** For operators: the dead messages. */
export interface DeadMessages {
  /** The latest 10,000, newest first. */
  list(): Promise<DeadMessage[]>;
  /** The content. Empty when it has expired and is no longer kept. */
  messagesOf(id: string): Promise<readonly Message[]>;
  /** Returns it to the waiting messages, due now. `gone`: it is no longer kept. */
  retry(dead: DeadMessage): Promise<'waits' | 'gone'>;
}

/** @param service the name of the notifier, the prefix of its keys */
export function openDeadMessages(redis: Redis, service: string): DeadMessages {
  const texts = new Map<string, string>();
  return {
    async list() {
      const list = await redisReply(redis.lrange(`${service}:dead`, 0, -1));
      return list.flatMap((text) => {
        const dead = readDead(text);
        if (dead === undefined) return [];
        texts.set(dead.id, text);
        return [dead];
      });
    },
    async messagesOf(id) {
      const fields = await redisReply(redis.hgetall(`${service}:dead:${id}`));
      return readFields(Object.entries(fields).flat()).messages;
    },
    async retry({ id }) {
      const args = JSON.stringify({ id, dead: texts.get(id) ?? '', ttl: KNOWN_SECONDS });
      const reply = redis.eval(WAITING_SCRIPT, 0, service, 'retry', Date.now(), args);
      return (await redisReply(reply)) as 'waits' | 'gone';
    },
  };
}

/** Undefined for a value that is not a dead message. */
function readDead(text: string): DeadMessage | undefined {
  try {
    const { id, tenant, channel, events, code, at } = JSON.parse(text) as DeadMessage;
    const isDead = [id, tenant, channel, code, at, ...events].every((value) => typeof value === 'string');
    return isDead ? { id, tenant, channel, events, code, at } : undefined;
  } catch {
    return undefined;
  }
}
