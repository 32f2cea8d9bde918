import Type, { type Static } from 'typebox';
import type { ServicesOptions } from './bot/services.ts';
import { credentials } from './credentials.ts';

const url = { pattern: '^https?://[^?#]+[^/?#]$' };

export const sandboxConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8090 }),
  SMTP_PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8025, description: 'port that accepts mail' }),
  ALLOWED_HOSTS: Type.String({
    default: '',
    description: 'allowed host names, in addition to localhost and HOST, separated by commas',
  }),
  EFFECTS_LIMIT: Type.Integer({
    minimum: 100,
    maximum: 1_000_000,
    default: 50_000,
    description: 'number of requests to keep; the oldest are dropped first',
  }),
  ACTIONS_URL: Type.String({ ...url, default: 'http://127.0.0.1:8088', description: 'where the bot calls actions' }),
  CONTEXT_URL: Type.String({
    ...url,
    default: 'http://127.0.0.1:8087',
    description: 'where the bot reads context variables',
  }),
  INGEST_URL: Type.String({ ...url, default: 'http://127.0.0.1:8080', description: 'where the bot sends events' }),
  LOCAL_SECRET: Type.String({
    minLength: 1,
    default: credentials.bot.secret,
    description: 'what the bot signs with, for actions and ingest',
  }),
  BOT_FRAMEWORK_KEYS: Type.Optional(
    Type.String({ description: 'JSON Web Key Set that it publishes as the Bot Framework does; default none' }),
  ),
  SALESFORCE_PUBLIC_KEY: Type.Optional(
    Type.String({
      description: 'PEM of the public key that verifies JWTs for Salesforce; without it, only client credentials work',
    }),
  ),
});

/** The services that the bot calls. */
export const servicesOf = (config: Static<typeof sandboxConfig>): ServicesOptions => ({
  actionsUrl: config.ACTIONS_URL,
  contextUrl: config.CONTEXT_URL,
  ingestUrl: config.INGEST_URL,
  secret: config.LOCAL_SECRET,
  contextKey: credentials.context.apiKey,
});
