import { createHash } from 'node:crypto';
import { redisReply } from '@switchboard/consumer';
import type { ScriptRunner } from './newest.ts';

/** Remembers the note of each conversation's escalation, for the events that follow from it. */
export interface Conversations {
  /** Stores the key of the note. */
  putNote(tenant: string, conversation: string, key: string): Promise<void>;
  noteOf(tenant: string, conversation: string): Promise<string | undefined>;
}

const KEPT_MS = 30 * 24 * 3_600_000;
const SET = `return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])`;
const GET = `return redis.call('GET', KEYS[1])`;

/** @param crm separates the keys of several CRMs */
export function createConversations(redis: ScriptRunner, crm: string): Conversations {
  const keyOf = (tenant: string, conversation: string): string =>
    `crm-sync:${crm}:note:${createHash('sha256')
      .update(JSON.stringify([tenant, conversation]))
      .digest('hex')}`;
  return {
    async putNote(tenant, conversation, key) {
      await redisReply(redis.eval(SET, 1, keyOf(tenant, conversation), key, KEPT_MS));
    },
    async noteOf(tenant, conversation) {
      const key = await redisReply(redis.eval(GET, 1, keyOf(tenant, conversation)));
      return typeof key === 'string' ? key : undefined;
    },
  };
}
