import { createHash } from 'node:crypto';
import { redisReply } from '@switchboard/consumer';
import type { ScriptRunner } from './newest.ts';

/**
 * Remembers the note and the ticket of each conversation's escalation. They come in any order: whoever comes second
 * hears of the first.
 */
export interface Conversations {
  /** @returns the line about the ticket, if that came first */
  putNote(tenant: string, conversation: string, key: string): Promise<string | undefined>;
  /** @returns the key of the note, if that came first */
  putTicket(tenant: string, conversation: string, line: string): Promise<string | undefined>;
}

const KEPT_MS = 30 * 24 * 3_600_000;
const PUT = `redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return redis.call('HGET', KEYS[1], ARGV[3])`;

/** @param crm separates the keys of several CRMs */
export function createConversations(redis: ScriptRunner, crm: string): Conversations {
  const keyOf = (tenant: string, conversation: string): string =>
    `crm-sync:${crm}:conversation:${createHash('sha256')
      .update(JSON.stringify([tenant, conversation]))
      .digest('hex')}`;
  async function put(key: string, own: string, value: string, other: string): Promise<string | undefined> {
    const held = await redisReply(redis.eval(PUT, 1, key, own, value, other, KEPT_MS));
    return typeof held === 'string' ? held : undefined;
  }
  return {
    putNote: (tenant, conversation, key) => put(keyOf(tenant, conversation), 'note', key, 'ticket'),
    putTicket: (tenant, conversation, line) => put(keyOf(tenant, conversation), 'ticket', line, 'note'),
  };
}
