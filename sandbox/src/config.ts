import Type from 'typebox';

export const sandboxConfig = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8090 }),
  SMTP_PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8025, description: 'the port that takes mail' }),
  ALLOWED_HOSTS: Type.String({
    default: '',
    description: 'host names, separated by commas, by which it may be asked besides localhost and HOST',
  }),
  EFFECTS_LIMIT: Type.Integer({
    minimum: 100,
    maximum: 1_000_000,
    default: 50_000,
    description: 'how many of the newest requests are kept',
  }),
  SALESFORCE_PUBLIC_KEY: Type.Optional(
    Type.String({
      description: 'the PEM of the key that signs JWTs for Salesforce; without it, only client credentials',
    }),
  ),
});
