import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import Type from 'typebox';
import { answerProblems } from './answer-problems.ts';
import { serverOptions } from './http-server.ts';
import { createLogger } from './logger.ts';

function app() {
  const lines: string[] = [];
  const logger = createLogger('test', 'info', { write: (line: string) => lines.push(line) });
  const http = Fastify({ ...serverOptions, loggerInstance: logger as FastifyBaseLogger });
  http.get('/before', async () => ({}));
  answerProblems(http);
  http.get('/things/:id', { schema: { querystring: Type.Object({ n: Type.Integer() }) } }, async () => ({}));
  http.put('/things/:id', { bodyLimit: 10 }, async () => ({}));
  http.get('/fail', () => Promise.reject(new Error('canary')));
  http.get('/down', () => Promise.reject(Object.assign(new Error('canary'), { retry: 'when-available' })));
  http.get('/busy', () => Promise.reject(Object.assign(new Error('slow down'), { statusCode: 429 })));
  http.get('/files/*', async () => ({}));
  return { http, lines };
}

const json = { 'content-type': 'application/json' };

const CASES: Record<string, [request: object, status: number, code: string, detail: RegExp]> = {
  'an unknown path': [{ url: '/nothing?a=1' }, 404, 'NOT_FOUND', /path/],
  'a path below a route': [{ url: '/things/1/2', method: 'DELETE' }, 404, 'NOT_FOUND', /path/],
  'another method': [{ url: '/things/1?n=1', method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED', /: GET, HEAD, PUT\.$/],
  'another method below a wildcard': [{ url: '/files/a/b', method: 'POST' }, 405, 'METHOD_NOT_ALLOWED', /GET/],
  'another method of what has said that it is not there': [{ url: '/before', method: 'PUT' }, 404, 'NOT_FOUND', /path/],
  'a path that cannot be decoded': [{ url: '/%zz' }, 400, 'INVALID_REQUEST', /zz/],
  'a query that is not valid': [{ url: '/things/1?n=x' }, 400, 'INVALID_REQUEST', /n must be integer/],
  'a body that is not JSON': [
    { url: '/things/1', method: 'PUT', payload: '{', headers: json },
    400,
    'INVALID_REQUEST',
    /JSON/,
  ],
  'a body that is too large': [
    { url: '/things/1', method: 'PUT', payload: `"${'x'.repeat(20)}"`, headers: json },
    ...([413, 'TOO_LARGE', /too large/] as const),
  ],
  'another content type': [
    { url: '/things/1', method: 'PUT', payload: 'x', headers: { 'content-type': 'text/csv' } },
    ...([415, 'UNSUPPORTED_MEDIA_TYPE', /text\/csv|Media Type/] as const),
  ],
  'too many requests': [{ url: '/busy' }, 429, 'TOO_MANY_REQUESTS', /slow down/],
  'a failure of ours': [{ url: '/fail' }, 500, 'INTERNAL', /again/],
  'an outage of what we need': [{ url: '/down' }, 503, 'UNAVAILABLE', /again/],
};

describe('a problem', () => {
  for (const [name, [request, status, code, detail]] of Object.entries(CASES)) {
    it(`is the answer to ${name}`, async () => {
      const { http, lines } = app();
      const response = await http.inject(request);
      assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
      const body = response.json();
      assert.deepEqual(Object.keys(body).sort(), ['code', 'detail', 'status', 'title', 'type']);
      assert.equal(response.statusCode, status);
      assert.equal(body.status, status);
      assert.equal(body.code, code);
      assert.equal(body.type, `urn:switchboard:problem:${code.toLowerCase().replaceAll('_', '-')}`);
      assert.match(body.detail, detail);
      assert.equal(response.headers.allow !== undefined, status === 405);
      assert.doesNotMatch(response.payload + lines.join(''), /canary/);
      assert.equal(lines.length, status < 500 ? 0 : 1);
    });
  }
});
