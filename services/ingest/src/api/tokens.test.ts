import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, mock, type TestContext } from 'node:test';
import Provider from 'oidc-provider';
import { send, sourceOf, sourcesOf, startApp } from '../../fixtures/app.ts';

const AUDIENCE = 'urn:switchboard';

/** The server comments on its default store, which is good enough for a test. */
for (const level of ['info', 'warn'] as const) mock.method(console, level, () => {});

/** An OAuth2 server whose clients get tokens for machines. */
async function startAuthorizationServer(t: TestContext) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const client = { client_id: 'shop', client_secret: 'canary-client-secret', redirect_uris: [], response_types: [] };
  const oidc = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    clients: [{ ...client, grant_types: ['client_credentials'] }],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: () => ({ org: 'umbrella' }),
  });
  server.on('request', oidc.callback());
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    issuer,
    close: () => new Promise((resolve) => server.close(resolve)),
    async token(): Promise<string> {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('shop:canary-client-secret').toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
      const { access_token } = (await response.json()) as { access_token: string };
      return access_token;
    },
  };
}

const body = JSON.stringify({ type: 'order.created', id: '1', tenant: 'forged', data: { orderId: 'o-1' } });

async function start(t: TestContext, more: Record<string, unknown> = {}) {
  const authorization = await startAuthorizationServer(t);
  const { issuer } = authorization;
  const settings = { jwksUrl: `${issuer}/jwks`, issuer, audience: AUDIENCE, tenantClaim: 'org', ...more };
  const { port, published, lines } = await startApp(t, {
    sources: sourcesOf(sourceOf('partner', { scheme: 'jwt', settings, secrets: [] })),
  });
  const call = (token: string) =>
    send(port, '/v1/events', body, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${token}`,
    });
  return { ...authorization, call, published, lines };
}

describe('tokens of an OAuth2 server', () => {
  it('are accepted, with the tenant that they name and no other', async (t) => {
    const { token, call, published } = await start(t);
    assert.equal((await call(await token())).status, 200);
    assert.equal(published[0]?.key, 'umbrella:o-1');
  });

  it('are refused with another audience, issuer, signature or tenant, and never logged', async (t) => {
    const other = await start(t);
    const foreign = await other.token();
    const { token, call, published, lines } = await start(t);
    const own = await token();
    const [head, payload, signature = ''] = own.split('.');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const wrong of [foreign, `${head}.${payload}.${flipped}`, `${head}.${payload}.`]) {
      assert.equal((await call(wrong)).status, 401);
    }
    const elsewhere = await start(t, { audience: 'urn:other' });
    assert.equal((await elsewhere.call(await elsewhere.token())).status, 401);
    const unnamed = await start(t, { tenantClaim: 'missing' });
    assert.equal((await unnamed.call(await unnamed.token())).status, 401);
    assert.deepEqual(published, []);
    assert.ok(!lines.join('').includes(signature));
  });

  it('are 503 while the keys cannot be had', async (t) => {
    const { token, call } = await start(t, { jwksUrl: 'http://127.0.0.1:9/jwks' });
    const answer = await call(await token());
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '1');
  });
});
