import { fileURLToPath } from 'node:url';
import { connectionsConfig } from '@switchboard/systems';
import Type, { type Static } from 'typebox';

import { SLACK_CHANNEL } from './channels/channel-kinds.ts';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

export const notifierConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8084 }),
  ...connectionsConfig.properties,
  CHAT_URL: optional('URL of the chatbot platform; unset disables chat'),
  CHAT_API_KEY: optional('API key of the chatbot platform'),
  SLACK_URL: optional('https://slack.com; unset disables Slack'),
  SLACK_TOKEN: optional('the token of the Slack app (xoxb-…)'),
  SLACK_AGENTS_CHANNEL: Type.Optional(
    Type.String({
      pattern: SLACK_CHANNEL,
      description: 'id of the Slack channel for escalations, such as C0123456789',
    }),
  ),
  SMTP_URL: optional('smtp://user:password@host:port, or smtps://; unset disables e-mail'),
  EMAIL_FROM: optional('the sender of e-mail, such as Shop <news@example.com>'),
  WEBHOOKS: Type.Boolean({ default: true, description: "calls people's own webhooks" }),
  WEBHOOK_SECRET: optional("signs the calls to people's own webhooks (whsec_…); without it, they are not called"),
  WEBHOOK_ALLOW: Type.String({
    default: '',
    description: 'private hosts, addresses and CIDR blocks that webhooks may reach, separated by commas',
  }),
  API_RATE: Type.Integer({
    minimum: 1,
    default: 100,
    description: 'requests a second with the key of one tenant; twice as many at once after a silence',
  }),
  RATE_PER_HOUR: Type.Integer({
    minimum: 1,
    default: 20,
    description: 'maximum of messages an hour to one person; others wait, except urgent ones',
  }),
  SEND_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 200,
    default: 8,
    description: 'maximum number of waiting messages sent at a time by one channel; twice as many by all',
  }),
  // More than other services: an event mostly waits, for Redis and for a channel.
  CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 64,
    description: 'handlers of one tenant that run at a time, and a quarter of those of all tenants',
  }),
  LEASE_MS: Type.Integer({
    minimum: 1_000,
    default: 60_000,
    description: 'lease of a message; an attempt may take half as long',
  }),
  DEFAULT_LOCALE: Type.String({
    minLength: 2,
    default: 'en',
    description: 'locale for people whose language has no templates',
  }),
  TEMPLATES: Type.String({
    minLength: 1,
    default: fileURLToPath(new URL('../templates', import.meta.url)),
    description: 'the folder of the templates',
  }),
  RECIPIENTS_FILE: Type.String({
    minLength: 1,
    default: fileURLToPath(new URL('../recipients.yaml', import.meta.url)),
    description: 'the file that says who is notified of which event; read again when it changes',
  }),
  PEOPLE_PREFIX: Type.String({
    minLength: 1,
    default: 'people',
    description: 'begins the keys of who is who in Redis, the same for notifier and flows',
  }),
  API_KEYS: Type.String({
    default: '',
    description: 'keys for the APIs: tenant=key, separated by commas',
  }),
});

export type NotifierConfig = Static<typeof notifierConfig>;
