import type { Preference } from './policy.ts';
import type { Preferences } from './preferences/preferences.ts';

export interface Recipients {
  /** In the order of the ids. Null stands for the agents. */
  preferencesOf(tenant: string, userIds: readonly (string | null)[]): Promise<Preference[]>;
}

/** Reads people's preferences. Agents receive all messages, in the configured conversation. */
export function createRecipients(
  preferences: Pick<Preferences, 'read'>,
  agents: { conversation: string | undefined; topics: readonly string[]; locale: string },
): Recipients {
  const ofAgents: Preference = {
    channels: { slack: true },
    topics: Object.fromEntries(agents.topics.map((topic) => [topic, true])),
    quietHours: undefined,
    timeZone: undefined,
    locale: agents.locale,
    digest: 'none',
    email: undefined,
    slackUserId: agents.conversation,
    webhookUrl: undefined,
  };
  return {
    async preferencesOf(tenant, userIds) {
      const people = userIds.filter((userId) => userId !== null).map((userId) => ({ tenant, userId }));
      const read = people.length === 0 ? [] : await preferences.read(people);
      let next = 0;
      return userIds.map((userId) => (userId === null ? ofAgents : (read[next++] as Preference)));
    },
  };
}
