import type { FastifyInstance } from 'fastify';

const ISSUER = 'https://api.botframework.com';

/** Publishes the keys by which ingest checks the tokens of the Bot Framework: its OpenID metadata, and a JSON Web Key Set. */
export function registerOpenId(http: FastifyInstance, keys = '{"keys":[]}'): void {
  http.get('/bot-framework/openidconfiguration', async ({ headers }) => ({
    issuer: ISSUER,
    jwks_uri: `http://${headers.host}/bot-framework/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
  }));
  http.get('/bot-framework/keys', async (_request, reply) => reply.type('application/json; charset=utf-8').send(keys));
}
