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
   * @param person the address, or else the phone number
   * @returns the stored interaction; of a lead after a resolved conversation, its status is `resolved`
   */
  put(person: string, interaction: Interaction): Promise<Interaction>;
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

const GET = `return redis.call('GET', KEYS[1])`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @param crm separates the keys of several CRMs */
export function createNewestInteractions(redis: ScriptRunner, crm: string): NewestInteractions {
  return {
    async put(person, interaction) {
      const key = `crm-sync:${crm}:newest:${digest(person)}`;
      const outcomeKey = `crm-sync:${crm}:outcome:${digest(person)}`;
      const { at } = interaction;
      // Hashed, since the JSON library of Redis does not accept every text.
      const conversation = interaction.conversation === undefined ? '' : digest(interaction.conversation);
      const entry = JSON.stringify({ ...interaction, conversation });
      const put = (key: string) => redisReply(redis.eval(PUT, 1, key, entry, at, KEPT_MS, conversation));
      const isLead = interaction.status === 'lead_captured';
      const [stored, outcome] = await Promise.all([
        put(key),
        isLead ? redisReply(redis.eval(GET, 1, outcomeKey)) : put(outcomeKey),
      ]);
      const newest = JSON.parse(String(stored)) as Interaction;
      if (newest.status !== 'lead_captured' || typeof outcome !== 'string') return newest;
      const { status } = JSON.parse(outcome) as Interaction;
      return status === 'resolved' ? { ...newest, status } : newest;
    },
  };
}
