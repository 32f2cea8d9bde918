import { randomUUID } from 'node:crypto';
import { redisReply } from '@switchboard/consumer';
import type { EventType } from '@switchboard/events';
import type { Redis } from 'ioredis';
import type { Channel } from '../policy.ts';
import type { RequestedMessage } from '../texts/requested-message.ts';
import type { Values } from '../texts/template-values.ts';
import type { Content } from '../texts/templates.ts';
import { WAITING_SCRIPT } from './waiting-script.ts';

/** A waiting message to one person on one channel. */
export interface Message {
  /** The same for every run of its event. */
  readonly id: string;
  /** The idempotency key of the event, for logs. */
  readonly event: string;
  /** What the log says about the event; undefined for a message of an earlier version. */
  readonly ids?: Readonly<Record<string, string | undefined>> | undefined;
  readonly type: EventType;
  readonly tenant: string;
  /** Null for a Slack channel: the given one, or that of the agents. */
  readonly userId: string | null;
  readonly slackChannel?: string | undefined;
  readonly channel: Channel;
  readonly values: Values;
  /** The event's language. */
  readonly locale: string | null;
  readonly urgent: boolean;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly expiresAt: number;
  /** The text, if the event brings its own instead of a template's. */
  readonly requested?: RequestedMessage | undefined;
}

export interface Put {
  readonly message: Message;
  /** Its own id, or that of the digest it joins. */
  readonly entry: string;
  /** The key queue: its entries are sent in order of arrival. */
  readonly queue: string;
  /** The outside system that it needs. While one is unavailable, only its messages wait. */
  readonly target: string;
  readonly due: number;
  /**
   * Send at once if no entry of its key queue waits, and unless its target is unavailable while that of another message
   * of the same step is not.
   */
  readonly now: boolean;
}

/** A message or a digest of several, oldest first, leased with its token. */
export interface Entry {
  readonly id: string;
  readonly token: string;
  readonly target: string;
  /** The number of earlier attempts that count. */
  readonly tries: number;
  /** True if the outcome of an earlier try is unknown: it may have been sent. */
  readonly again: boolean;
  readonly messages: readonly [Message, ...Message[]];
  /** The content of an earlier try that ended or began. */
  readonly content: KeptContent | undefined;
}

/** The content of an attempt, and the messages in it. */
export interface KeptContent extends Content {
  readonly of: readonly string[];
}

/**
 * `known`: a repetition; `closed`: its digest is being sent or was sent; `full`: its target is unavailable, and has as
 * many waiting messages as are kept; `waits`; or the caller's lease.
 */
export type PutReply = 'known' | 'closed' | 'full' | 'waits' | Entry;

/** `works`: the target answered; `unused`: nothing was sent to it. */
export type Proof = 'works' | 'unused';

/** Why an entry waits again. */
export interface Postponement {
  /** Whether the attempt counts. */
  readonly spent: boolean;
  readonly proof?: Proof;
  /** The target is unavailable, and gets no other message before this time. */
  readonly restUntil?: number;
  /** The target that the entry needs now, if it is another one. */
  readonly target?: string;
}

export interface WaitingMessages {
  /** Puts all messages in one step. */
  put(messages: readonly Put[]): Promise<PutReply[]>;
  /**
   * Leases due entries, urgent ones first. An entry that has not ended when its lease expires may be leased again.
   * @param free the number of entries that may still be in flight, `held` the number that are, by target
   */
  lease(free: number, held?: ReadonlyMap<string, number>): Promise<Entry[]>;
  /**
   * Counts the message against the person's rate and keeps the content for later tries, or returns when the rate
   * allows it. `lost`: another worker has the lease.
   */
  begin(entry: Entry, content: KeptContent, rate?: Rate): Promise<'go' | 'lost' | { until: number }>;
  /** Releases the entry until `due`. */
  postpone(entry: Entry, due: number, why: Postponement): Promise<void>;
  /** The entry was sent or has expired. */
  finish(entry: Entry, proof: Proof): Promise<void>;
  /** Releases the entry: it was not sent and may be put again. */
  release(entry: Entry): Promise<void>;
  /** Dead-letters the entry: its target answered, and it will never be sent. */
  deadLetter(entry: Entry, code: string): Promise<void>;
  count(): Promise<{ waiting: number; overdueMs: number; dead: number; unavailable: number }>;
}

export interface Rate {
  readonly person: string;
  readonly limit: number;
}

interface Options {
  redis: Redis;
  /** The prefix of its keys, which all instances of a service share. */
  service: string;
  now: () => number;
  leaseMs: number;
  /** The number of messages that wait for an unavailable target; default 100,000, some 150 MB. */
  mostForTarget?: number;
}

/** How often an unavailable target gets a message, to find out whether it is back. */
export const PROBE_EVERY_MS = 1_000;
const RATE_WINDOW_MS = 3_600_000;
/** Longer than the consumer keeps marks and than any message waits. */
export const KNOWN_SECONDS = 8 * 86_400;

export function createWaitingMessages(options: Options): WaitingMessages {
  const { redis, service, now, leaseMs, mostForTarget = 100_000 } = options;
  redis.defineCommand('notifierWaiting', { numberOfKeys: 0, lua: WAITING_SCRIPT });
  const script = redis as Redis & {
    notifierWaiting(service: string, op: string, now: number, args: string): Promise<unknown>;
  };

  const given = { leaseMs, ttl: KNOWN_SECONDS, probe: PROBE_EVERY_MS, most: mostForTarget };

  const step = <T>(op: string, args: object): Promise<T> =>
    redisReply(script.notifierWaiting(service, op, now(), JSON.stringify({ ...given, ...args }))) as Promise<T>;

  return {
    async put(puts) {
      const token = randomUUID();
      const messages = puts.map(({ message, entry, queue, target, due, now }) => ({
        id: message.id,
        ...{ entry, queue, target, due },
        urgent: message.urgent ? '1' : '0',
        item: JSON.stringify(message),
        ...(now ? { token } : {}),
      }));
      const replies = await step<(number | Exclude<PutReply, Entry>)[]>('put', { messages });
      return puts.map(({ message, entry, target }, index) => {
        const reply = replies[index] ?? 'known';
        if (typeof reply === 'string') return reply;
        return { id: entry, token, target, tries: 0, again: reply === 1, messages: [message], content: undefined };
      });
    },
    async lease(free, held = new Map()) {
      const token = randomUUID();
      const args = { free, held: Object.fromEntries(held), token };
      const leased = await step<[id: string, tries: number, fields: string[]][]>('lease', args);
      return leased.map(([id, tries, fields]) => ({ id, token, tries, ...readFields(fields) }));
    },
    async begin({ id, token }, content, rate) {
      const limit = rate === undefined ? {} : { rate: { ...rate, window: RATE_WINDOW_MS } };
      const args = { id, token, content: JSON.stringify(content), ...limit };
      const reply = await step<'go' | 'lost' | [since: string]>('begin', args);
      return typeof reply === 'string' ? reply : { until: Number(reply[0]) + RATE_WINDOW_MS };
    },
    postpone: ({ id, token }, due, { restUntil, ...why }) =>
      step('postpone', { id, token, due, rest: restUntil, ...why }),
    finish: ({ id, token }, proof) => step('remove', { id, token, mark: 'taken', proof }),
    release: ({ id, token }) => step('remove', { id, token, mark: 'tried' }),
    deadLetter({ id, token, messages }, code) {
      const [{ tenant, channel }] = messages;
      const events = messages.map(({ event }) => event);
      const dead = JSON.stringify({ id, tenant, channel, events, code, at: new Date(now()).toISOString() });
      const keep = Math.max(...messages.map(({ expiresAt }) => expiresAt)) - now();
      return step('remove', { id, token, mark: 'taken', proof: 'works', dead, keep });
    },
    async count() {
      const [waiting, overdueMs, dead, unavailable] = await step<[number, number, number, number]>('count', {});
      return { waiting, overdueMs, dead, unavailable };
    },
  };
}

export function readFields(fields: readonly string[]): Pick<Entry, 'messages' | 'content' | 'again' | 'target'> {
  const messages: Message[] = [];
  let target = '';
  let content: KeptContent | undefined;
  let again = false;
  for (let index = 0; index < fields.length; index += 2) {
    const [name = '', value = ''] = fields.slice(index, index + 2);
    if (name.startsWith('i:')) messages.push(JSON.parse(value));
    if (name === 'content') content = JSON.parse(value);
    if (name === 'target') target = value;
    if (name === 'again') again = value === '1';
  }
  messages.sort((one, other) => one.occurredAt - other.occurredAt);
  return { messages: messages as [Message, ...Message[]], content, again, target };
}
