import { createHash } from 'node:crypto';
import { redisReply } from '@switchboard/kafka';
import type { Interaction } from './crm.ts';

/** As much of Redis as is needed. */
export interface ScriptRunner {
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>;
}

/** Knows the newest interaction of each contact, over all instances. */
export interface NewestInteractions {
  /** Puts this one down unless a later one, or one of the same moment, is known; returns the one that is known then. */
  put(email: string, interaction: Interaction): Promise<Interaction>;
}

/** How late an event may be and still be recognised without the CRM. */
const KEPT_MS = 30 * 24 * 3_600_000;

const PUT = `
local known = redis.call('GET', KEYS[1])
if known and cjson.decode(known).at >= tonumber(ARGV[2]) then return known end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
`;

/** @param crm keeps apart what is known of several CRMs */
export function createNewestInteractions(redis: ScriptRunner, crm: string): NewestInteractions {
  return {
    async put(email, interaction) {
      const key = `crm-sync:${crm}:newest:${createHash('sha256').update(email).digest('hex')}`;
      const script = redis.eval(PUT, 1, key, JSON.stringify(interaction), interaction.at, KEPT_MS);
      return JSON.parse(String(await redisReply(script)));
    },
  };
}
