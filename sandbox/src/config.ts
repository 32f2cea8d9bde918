import Type from 'typebox';

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
  BOT_FRAMEWORK_KEYS: Type.Optional(
    Type.String({ description: 'JSON Web Key Set that it publishes as the Bot Framework does; default none' }),
  ),
  SALESFORCE_PUBLIC_KEY: Type.Optional(
    Type.String({
      description: 'PEM of the public key that verifies JWTs for Salesforce; without it, only client credentials work',
    }),
  ),
});
