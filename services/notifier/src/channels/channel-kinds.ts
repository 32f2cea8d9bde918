import type { Kinds } from '@switchboard/systems';

export const SLACK_CHANNEL = '^[CG][A-Z0-9]{5,}$';
export const MESSAGES_PATH = '/v1/messages';

/** The outside systems that a connection of a channel may lead to. */
export const channelKinds = {
  chat: {
    http: {
      anonymous: true,
      settings: {
        path: { description: 'where messages are posted, default /v1/messages', pattern: '^(/[A-Za-z0-9._-]+)+$' },
      },
    },
  },
  slack: {
    slack: {
      url: 'https://slack.com',
      auth: ['bearer'],
      settings: {
        agentsChannel: {
          description: 'the channel for escalations, by its id: C0123456789',
          pattern: SLACK_CHANNEL,
        },
      },
    },
  },
  email: {
    smtp: {
      protocols: ['smtp:', 'smtps:'],
      anonymous: true,
      auth: ['basic'],
      settings: {
        from: { description: 'the sender, such as Shop <news@example.com>', required: true },
        requireTLS: { description: 'whether the server must have STARTTLS', oneOf: ['true', 'false'] },
      },
    },
  },
} satisfies Kinds;
