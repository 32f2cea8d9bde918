import { createHash } from 'node:crypto';
import { redisReply } from '@switchboard/consumer';
import type { Interaction } from './crm.ts';

/** The part of Redis that is used. */
export interface ScriptRunner {
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>;
}

/** Stores the newest interaction of each contact for all instances. */
export interface NewestInteractions {
  /**
   * Stores the interaction, unless a later one is stored, or one of the same time from another conversation.
   * @returns the stored interaction
   */
  put(email: string, interaction: Interaction): Promise<Interaction>;
}

/** How late an event may arrive and still be compared without the CRM. */
const KEPT_MS = 30 * 24 * 3_600_000;

const PUT = `
local known = redis.call('GET', KEYS[1])
if known then
  local held = cjson.decode(known)
  local at = tonumber(ARGV[2])
  local isSame = ARGV[4] ~= '' and held.conversation == ARGV[4]
  if held.at > at or (held.at == at and not isSame) then return known end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @param crm separates the keys of several CRMs */
export function createNewestInteractions(redis: ScriptRunner, crm: string): NewestInteractions {
  return {
    async put(email, interaction) {
      const key = `crm-sync:${crm}:newest:${digest(email)}`;
      const { at } = interaction;
      // Hashed, since the JSON library of Redis does not accept every text.
      const conversation = interaction.conversation === undefined ? '' : digest(interaction.conversation);
      const entry = JSON.stringify({ ...interaction, conversation });
      return JSON.parse(String(await redisReply(redis.eval(PUT, 1, key, entry, at, KEPT_MS, conversation))));
    },
  };
}
