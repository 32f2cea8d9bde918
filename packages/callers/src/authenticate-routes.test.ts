import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { answerProblems, createRefusalLog, serverOptions } from '@switchboard/service';
import Fastify from 'fastify';
import { openTestCallers } from '../fixtures/index.ts';
import { createApiKey, digestOf } from './api-keys.ts';
import { authenticateRoutes, callerOf, requireScope } from './authenticate-routes.ts';

const KEY = createApiKey('acme');
const SECRET = 'canary-secret-0123';
const FILE = `callers:
  - { name: assistant, tenant: acme, scopes: [context:read], apiKeys: [{ name: main, sha256: ${digestOf(KEY)} }] }
  - { name: platform, tenant: acme, scopes: ["actions:*"], hmac: { secrets: [{ env: SECRET }] }, customer: { email: email } }
  - { name: people, tenant: acme, scopes: [], jwt: { issuer: away, audience: a, jwksUrl: "http://127.0.0.1:9/keys" } }
`;
const sign = (body: string) => createHmac('sha256', SECRET).update(body).digest('hex');

async function start(t: TestContext, file = FILE) {
  const { callers, lines } = await openTestCallers(t, file, { environment: { SECRET } });
  const http = Fastify({ ...serverOptions, bodyLimit: 1_000 });
  answerProblems(http);
  http.get('/open', async () => 'open');
  http.register(async (scope) => {
    authenticateRoutes(scope, { callers, refusals: createRefusalLog(http) });
    scope.get('/context', { preHandler: requireScope('context:read') }, async (request) => callerOf(request).name);
    scope.post<{ Params: { name: string } }>(
      '/actions/:name',
      { preHandler: requireScope((request) => `actions:${(request.params as { name: string }).name}`) },
      async (request) => ({ caller: callerOf(request), body: request.body }),
    );
  });
  t.after(() => http.close());
  await http.ready();
  const post = (headers: Record<string, string>, payload: string, type = 'application/json') =>
    http.inject({
      method: 'POST',
      url: '/actions/order-status',
      headers: { 'content-type': type, ...headers },
      payload,
    });
  return { http, post, lines };
}

describe('routes for callers', () => {
  it('know the caller by an API key, and by the signature of the body as it came', async (t) => {
    const { http, post } = await start(t);
    const headers = { authorization: `Bearer ${KEY}` };
    assert.equal((await http.inject({ url: '/context', headers })).body, 'assistant');
    const body = '{ "email":"a@x.org" , "orderId": "ORD-1"}';
    const answer = await post({ 'x-signature': sign(body) }, body);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.partialDeepStrictEqual(answer.json(), {
      caller: { name: 'platform', person: { email: 'a@x.org' } },
      body: { email: 'a@x.org', orderId: 'ORD-1' },
    });
  });

  it('answer 401, 403 and 503 with problems', async (t) => {
    const { http, post } = await start(t);
    const token = ['{"alg":"RS256","kid":"1"}', '{"iss":"away"}', 'AAAA']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
    for (const [answer, status, code] of [
      [await http.inject({ url: '/context' }), 401, 'UNAUTHORIZED'],
      [await http.inject({ url: '/context', headers: { authorization: 'Bearer x' } }), 401, 'UNAUTHORIZED'],
      [await post({ 'x-signature': sign('{}') }, '{"email":"b@x.org"}'), 401, 'UNAUTHORIZED'],
      [await post({ 'x-signature': sign('') }, ''), 400, 'INVALID_REQUEST'],
      [await http.inject({ url: '/context', headers: { 'x-signature': sign('') } }), 401, 'UNAUTHORIZED'],
      [await post({ authorization: `Bearer ${KEY}` }, '{}'), 403, 'FORBIDDEN'],
      [await http.inject({ url: '/context', headers: { authorization: `Bearer ${token}` } }), 503, 'UNAVAILABLE'],
    ] as const) {
      assert.equal(answer.statusCode, status, answer.body);
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      assert.equal(answer.json<{ code: string }>().code, code);
      if (status === 401) assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
    }
    assert.equal((await http.inject({ url: '/open' })).body, 'open');
  });

  it('refuse strangers before they read the body', async (t) => {
    const { post } = await start(t);
    const large = JSON.stringify({ a: 'x'.repeat(2_000) });
    assert.equal((await post({}, large)).statusCode, 401);
    assert.equal((await post({ authorization: 'Bearer x' }, '{')).statusCode, 401);
    assert.equal((await post({}, 'a', 'text/plain')).statusCode, 401);
    assert.equal((await post({ authorization: `Bearer ${KEY}` }, large)).statusCode, 413);
  });

  it('take no signature of an empty body for a body in another form', async (t) => {
    const hmac =
      'content: "{url} {timestamp} {body}", timestampHeader: x-timestamp, publicUrl: "http://actions.example"';
    const { http } = await start(t, FILE.replace('hmac: {', `hmac: { ${hmac},`));
    const at = String(Math.floor(Date.now() / 1_000));
    const url = '/actions/order-status';
    const signature = sign(`http://actions.example${url} ${at} `);
    const headers = { 'x-signature': signature, 'x-timestamp': at };
    const post = (more: object) => http.inject({ method: 'POST', url, ...more });
    assert.equal((await post({ headers })).statusCode, 200);
    const text = await post({ headers: { ...headers, 'content-type': 'text/plain' }, payload: '{"email":"a@x.org"}' });
    assert.equal(text.statusCode, 401);
    const other = await post({ headers: { ...headers, authorization: 'Bearer x' } });
    assert.equal(other.statusCode, 401);
  });

  it('log refusals by route and reason, and nothing of the caller', async (t) => {
    const { http, post, lines } = await start(t);
    await post({ authorization: `Bearer ${createApiKey('canary')}` }, '{"email":"canary@x.org"}');
    await http.close();
    assert.doesNotMatch(lines.join(''), /canary|sb_/);
  });
});
