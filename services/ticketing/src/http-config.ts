import type { Auth } from '@switchboard/outbound';
import { required } from '@switchboard/service';
import Type, { type Static } from 'typebox';
import { FORMATS, LOOKUP_PATH, TICKET_PATH } from './kinds.ts';

const optional = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const url = (description: string) => Type.Optional(Type.String({ pattern: '^https?://', description }));

/** The variables of `HELPDESK=http`. */
export const httpConfig = {
  HELPDESK_HTTP_URL: url('the address that tickets are posted under'),
  HELPDESK_HTTP_TICKET_PATH: Type.String({ pattern: TICKET_PATH, default: '/tickets', description: 'its path' }),
  HELPDESK_HTTP_LOOKUP_PATH: Type.Optional(
    Type.String({
      pattern: LOOKUP_PATH,
      description: 'what lists the tickets of a conversation, such as /tickets?external_id={conversationId}',
    }),
  ),
  HELPDESK_HTTP_COMMENT_PATH: Type.Optional(
    Type.String({ pattern: TICKET_PATH, description: 'where comments are added, such as /tickets/{id}/comments' }),
  ),
  HELPDESK_HTTP_FORMAT: Type.Enum([...FORMATS], {
    default: 'text',
    description: 'how descriptions and comments are written',
  }),
  HELPDESK_HTTP_AUTH: Type.Enum(
    ['none', 'bearer', 'header', 'basic', 'client-credentials', 'jwt-bearer', 'jwt'] satisfies (
      | 'none'
      | Auth['kind']
    )[],
    { default: 'bearer', description: 'how requests are authenticated' },
  ),
  HELPDESK_HTTP_TOKEN: optional('the bearer token, or the value of the header'),
  HELPDESK_HTTP_HEADER: Type.String({
    pattern: '^[A-Za-z0-9-]+$',
    default: 'X-API-Key',
    description: 'the header of HELPDESK_HTTP_AUTH=header',
  }),
  HELPDESK_HTTP_USER: optional('the user of HELPDESK_HTTP_AUTH=basic'),
  HELPDESK_HTTP_PASSWORD: optional('the password of that user'),
  HELPDESK_HTTP_TOKEN_URL: url('where tokens are issued'),
  HELPDESK_HTTP_CLIENT_ID: optional('the OAuth 2.0 client'),
  HELPDESK_HTTP_CLIENT_SECRET: optional('its secret'),
  HELPDESK_HTTP_SCOPE: optional('the scope to ask for'),
  HELPDESK_HTTP_ISSUER: optional('the issuer of JWTs'),
  HELPDESK_HTTP_SUBJECT: optional('the subject of JWTs'),
  HELPDESK_HTTP_AUDIENCE: optional('the audience of JWTs'),
  HELPDESK_HTTP_KEY_ID: optional('the id of the private key'),
  HELPDESK_HTTP_PRIVATE_KEY: optional('the private key of JWTs, in PEM'),
};

const schema = Type.Object(httpConfig);

/** @throws ConfigError when a variable that the authentication needs is not set */
export function httpAuth(config: Static<typeof schema>): Auth | undefined {
  const kind = config.HELPDESK_HTTP_AUTH;
  const need = <N extends keyof Static<typeof schema> & string>(...names: N[]) =>
    required(schema, config, `HELPDESK_HTTP_AUTH=${kind}`, ...names);

  switch (kind) {
    case 'none':
      return undefined;
    case 'bearer':
      return { kind, token: need('HELPDESK_HTTP_TOKEN').HELPDESK_HTTP_TOKEN };
    case 'header':
      return { kind, name: config.HELPDESK_HTTP_HEADER, value: need('HELPDESK_HTTP_TOKEN').HELPDESK_HTTP_TOKEN };
    case 'basic': {
      const set = need('HELPDESK_HTTP_USER', 'HELPDESK_HTTP_PASSWORD');
      return { kind, user: set.HELPDESK_HTTP_USER, password: set.HELPDESK_HTTP_PASSWORD };
    }
    case 'client-credentials': {
      const set = need('HELPDESK_HTTP_TOKEN_URL', 'HELPDESK_HTTP_CLIENT_ID', 'HELPDESK_HTTP_CLIENT_SECRET');
      const scope = config.HELPDESK_HTTP_SCOPE;
      return {
        kind,
        tokenUrl: set.HELPDESK_HTTP_TOKEN_URL,
        clientId: set.HELPDESK_HTTP_CLIENT_ID,
        clientSecret: set.HELPDESK_HTTP_CLIENT_SECRET,
        ...(scope !== undefined && { scope }),
      };
    }
    case 'jwt-bearer':
    case 'jwt': {
      const set = need('HELPDESK_HTTP_ISSUER', 'HELPDESK_HTTP_AUDIENCE', 'HELPDESK_HTTP_PRIVATE_KEY');
      const { HELPDESK_HTTP_SUBJECT: subject, HELPDESK_HTTP_KEY_ID: keyId } = config;
      const claims = {
        issuer: set.HELPDESK_HTTP_ISSUER,
        audience: set.HELPDESK_HTTP_AUDIENCE,
        privateKey: set.HELPDESK_HTTP_PRIVATE_KEY,
        ...(subject !== undefined && { subject }),
        ...(keyId !== undefined && { keyId }),
      };
      if (kind === 'jwt') return { kind, ...claims };
      return { kind, tokenUrl: need('HELPDESK_HTTP_TOKEN_URL').HELPDESK_HTTP_TOKEN_URL, ...claims };
    }
  }
}
