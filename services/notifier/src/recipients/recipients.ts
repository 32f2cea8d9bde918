import type { Preference } from '../policy.ts';
import type { Preferences } from '../preferences/preferences.ts';

/** A person, or with null a Slack channel: the given one, or that of the agents. */
export interface Recipient {
  readonly userId: string | null;
  readonly slackChannel?: string | undefined;
}

/** What a channel's key looks like, and that of a person whose id looks like it. */
const RESERVED = /^(user:|#|[CG][A-Z0-9]{5,}$|$)/;

/** Different for different recipients. */
export const recipientKey = ({ userId, slackChannel }: Recipient): string => {
  if (userId === null) return slackChannel ?? '';
  return RESERVED.test(userId) ? `user:${userId}` : userId;
};

export interface Recipients {
  /** In the order of the recipients. */
  preferencesOf(tenant: string, recipients: readonly Recipient[]): Promise<Preference[]>;
}

/** Reads people's preferences. Channels receive all messages. */
export function createRecipients(
  preferences: Pick<Preferences, 'read'>,
  channels: { agentsOf(tenant: string): string | undefined; topics: readonly string[]; locale: string },
): Recipients {
  const topics = Object.fromEntries(channels.topics.map((topic) => [topic, true]));
  const ofChannel = (channel: string | undefined): Preference => ({
    channels: { slack: true },
    topics,
    quietHours: undefined,
    timeZone: undefined,
    locale: channels.locale,
    digest: 'none',
    email: undefined,
    slackUserId: channel,
    webhookUrl: undefined,
  });
  return {
    async preferencesOf(tenant, recipients) {
      const people = recipients.flatMap(({ userId }) => (userId === null ? [] : [{ tenant, userId }]));
      const read = people.length === 0 ? [] : await preferences.read(people);
      let next = 0;
      return recipients.map(({ userId, slackChannel }) =>
        userId === null ? ofChannel(slackChannel ?? channels.agentsOf(tenant)) : (read[next++] as Preference),
      );
    },
  };
}
