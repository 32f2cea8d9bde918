import { fileURLToPath } from 'node:url';
import Type, { type Static } from 'typebox';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

export const notifierConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8084 }),
  CHAT_URL: optional('the chatbot platform; without it nothing is sent to chats'),
  CHAT_API_KEY: optional('its API key'),
  SLACK_URL: optional('https://slack.com; without it nothing is sent to Slack'),
  SLACK_TOKEN: optional('the token of the Slack app (xoxb-…)'),
  SLACK_AGENTS_CHANNEL: Type.Optional(
    Type.String({
      pattern: '^[CG][A-Z0-9]{5,}$',
      description: 'the id of the Slack channel that hears of escalations, such as C0123456789',
    }),
  ),
  SMTP_URL: optional('smtp://user:password@host:port, or smtps://; without it no e-mail is sent'),
  EMAIL_FROM: optional('the sender of e-mail, such as Shop <news@example.com>'),
  WEBHOOKS: Type.Boolean({ default: true, description: "whether people's own webhooks are called" }),
  WEBHOOK_ALLOW: Type.String({
    default: '',
    description:
      'hosts, addresses and CIDR blocks, separated by commas, that webhooks may reach although they are private',
  }),
  RATE_PER_HOUR: Type.Integer({
    minimum: 1,
    default: 20,
    description: 'messages an hour to one person; more of them wait, except urgent ones',
  }),
  SEND_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 8,
    description: 'waiting messages sent at a time',
  }),
  LEASE_MS: Type.Integer({
    minimum: 1_000,
    default: 60_000,
    description: 'when another instance sends a message of one that died; an attempt may take half as long',
  }),
  DEFAULT_LOCALE: Type.String({
    minLength: 2,
    default: 'en',
    description: 'of people whose language has no templates',
  }),
  TEMPLATES: Type.String({
    minLength: 1,
    default: fileURLToPath(new URL('../templates', import.meta.url)),
    description: 'the folder of the templates',
  }),
  API_KEYS: Type.String({
    default: '',
    description: 'tenant=key, separated by commas: who may read and set preferences',
  }),
});

export type NotifierConfig = Static<typeof notifierConfig>;
