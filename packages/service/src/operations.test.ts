import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Fastify from 'fastify';
import { Registry } from 'prom-client';
import { createHealth } from './health.ts';
import { registerOperations } from './operations.ts';
import { operationsApi } from './operations-api.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });

function app(audience: 'everyone' | 'local', state: 'starting' | 'serving' | 'stopping' = 'serving') {
  const lines: string[] = [];
  const note = (fields: object, text: string) => void lines.push(JSON.stringify({ ...fields, text }));
  const health = createHealth({ warn: note, info: note } as never);
  const check = () => Promise.reject(new Error('the index at http://10.0.0.7:5432/x is away', { cause: refused }));
  health.add('index', check, { required: true });
  health.add('odd', () => Promise.reject(Object.assign(new Error('10.0.0.8'), { code: 'http://10.0.0.8' })));
  const http = Fastify();
  registerOperations(http, { health, metrics: new Registry(), serves: () => state, audience });
  return { lines, get: (url: string, remoteAddress: string) => http.inject({ url, remoteAddress }) };
}

const STRANGER = '192.0.2.1';

it('operations are described as they are registered', () => {
  const http = Fastify({ exposeHeadRoutes: false });
  const routes: string[] = [];
  http.addHook('onRoute', ({ method, url }) => void routes.push(`${String(method).toLowerCase()} ${url}`));
  registerOperations(http, {
    health: createHealth(),
    metrics: new Registry(),
    serves: () => 'serving',
    audience: 'everyone',
  });
  const described = Object.entries(operationsApi.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  assert.deepEqual(described.sort(), routes.sort());
});

describe('operations on the port of the service', () => {
  it('are for this machine: strangers get 404, and from the probes nothing but a status', async () => {
    const { get } = app('local');
    for (const url of ['/health', '/metrics']) {
      assert.equal((await get(url, STRANGER)).statusCode, 404, url);
      assert.notEqual((await get(url, '127.0.0.1')).statusCode, 404, url);
    }
    const unknown = await get('/nothing', STRANGER);
    assert.equal((await get('/health', STRANGER)).payload, unknown.payload.replaceAll('/nothing', '/health'));
    assert.deepEqual((await get('/livez', STRANGER)).json(), { status: 'ok' });
    assert.deepEqual((await get('/readyz', STRANGER)).json(), { status: 'not ready' });
    assert.deepEqual((await get('/readyz', '127.0.0.1')).json(), { status: 'not ready', failed: ['index'] });
  });
});

describe('operations on a port of their own', () => {
  it('are for everyone, who learns which system fails and in what way, but no address inside', async () => {
    const { get, lines } = app('everyone');
    const answer = await get('/health', STRANGER);
    assert.equal(answer.statusCode, 503);
    assert.deepEqual(answer.json().checks, {
      index: { status: 'failed', required: true, code: 'ECONNREFUSED' },
      odd: { status: 'failed', required: false, code: 'FAILED' },
    });
    for (const url of ['/health', '/readyz', '/metrics'])
      assert.doesNotMatch((await get(url, STRANGER)).payload, /10\.0/);
    assert.match((await get('/health', '127.0.0.1')).payload, /10\.0\.0\.7/);
    assert.equal(lines.length, 2);
    assert.match(lines.join(), /"check":"index","code":"ECONNREFUSED","error":"the index at http:\/\/10\.0\.0\.7/);
  });

  it('say that it starts, and that it stops', async () => {
    for (const state of ['starting', 'stopping'] as const) {
      const { get } = app('everyone', state);
      assert.deepEqual((await get('/readyz', STRANGER)).json(), { status: state });
      assert.equal((await get('/livez', STRANGER)).statusCode, 200);
    }
  });
});
