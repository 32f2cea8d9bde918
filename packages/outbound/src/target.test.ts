import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { against, answering, GET } from '../fixtures/against.ts';
import { json, startServer } from '../fixtures/server.ts';
import { silent } from '../fixtures/silent-logger.ts';
import { createTarget } from './target.ts';

describe('a request', () => {
  it('carries method, path, query, headers and JSON, and brings back status, headers and JSON', async () => {
    await against(
      (response) => json(response, 201, { id: 7 }, { 'X-Request-Id': 'abc' }),
      { headers: { 'x-always': 'yes' } },
      async (target, { received }) => {
        const answer = await target.request({
          method: 'POST',
          path: `/v1/things/${encodeURIComponent('a/b@c')}`,
          query: { q: 'ä & b' },
          headers: { 'x-once': '1' },
          body: { name: 'ü' },
        });
        assert.equal(answer.status, 201);
        assert.equal(answer.headers['x-request-id'], 'abc');
        assert.deepEqual(answer.body, { id: 7 });
        const [request] = received;
        assert.equal(request?.method, 'POST');
        assert.equal(request?.path, '/v1/things/a%2Fb%40c?q=%C3%A4+%26+b');
        assert.deepEqual(JSON.parse(request?.body ?? ''), { name: 'ü' });
        const { 'content-type': type, 'x-always': always, 'x-once': once } = request?.headers ?? {};
        assert.deepEqual([type, always, once], ['application/json', 'yes', '1']);
      },
    );
  });

  it('goes behind the path of the base URL', async () => {
    await using server = await startServer(answering(200));
    const target = createTarget({ name: 'crm', baseUrl: `${server.url}/sandbox/`, logger: silent });
    await target.request(GET);
    assert.equal(server.received[0]?.path, '/sandbox/v1/things');
    await target.close();
  });

  it('has no body in its answer where there is no content', async () => {
    await against(
      (response) => void response.writeHead(204).end(),
      {},
      async (target) => {
        assert.equal((await target.request(GET)).body, undefined);
      },
    );
  });

  for (const path of ['/v1/../admin', '/v1/%2e%2e/admin', '/v1/./x', 'v1', '/v1?q=1', '/v1#x', '/a b', '//x/\\y']) {
    it(`is refused when its path is ${path}, which leads elsewhere or is not encoded`, async () => {
      await against(answering(200), {}, async (target, { received }) => {
        await assert.rejects(target.request({ method: 'GET', path }), { code: 'INVALID_OPTION', retry: 'never' });
        assert.equal(received.length, 0);
      });
    });
  }

  it('is refused when a header would break out of its line', async () => {
    await against(answering(200), {}, async (target) => {
      const request = target.request({ ...GET, headers: { 'x-name': 'a\r\nx-other: b' } });
      await assert.rejects(request, { code: 'INVALID_OPTION', retry: 'never' });
    });
  });
});

describe('a status', () => {
  for (const status of [408, 409, 425, 500, 502, 503, 504]) {
    it(`${status} is worth a repeat`, async () => {
      await against(answering(status), {}, async (target) => {
        await assert.rejects(target.request(GET), { code: 'RETRYABLE_STATUS', status, retry: undefined });
      });
    });
  }
  for (const status of [301, 302, 307, 400, 403, 404, 410, 422]) {
    it(`${status} is final`, async () => {
      await against(answering(status, { location: 'http://127.0.0.1:1/' }), {}, async (target) => {
        await assert.rejects(target.request(GET), { code: 'REJECTED', status, retry: 'never' });
      });
    });
  }
  it('that the caller accepts is an answer', async () => {
    await against(answering(404), {}, async (target) => {
      assert.equal((await target.request({ ...GET, accept: [404] })).status, 404);
    });
  });
  it('401 pauses the service: a rotated key must not send every event to the dead letters', async () => {
    await against(answering(401), { auth: { kind: 'bearer', token: 'old' } }, async (target, { received }) => {
      await assert.rejects(target.request(GET), {
        code: 'AUTHENTICATION_FAILED',
        status: 401,
        retry: 'when-available',
      });
      assert.equal(received.length, 1, 'a fixed token is not tried twice');
    });
  });
  it('with Retry-After says how long to wait', async () => {
    await against(answering(429, { 'retry-after': '7' }), {}, async (target) => {
      await assert.rejects(target.request(GET), { status: 429, retryAfterMs: 7_000 });
    });
  });
});
