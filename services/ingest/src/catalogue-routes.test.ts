import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { eventTypes } from '@switchboard/events';
import { escalation, startApp } from '../fixtures/app.ts';

const files = {
  '/openapi.json': 'openapi.json',
  '/asyncapi.json': 'asyncapi.json',
  '/catalogue': 'catalogue.json',
} as const;

const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

const inject = async (
  t: TestContext,
  ...deps: Parameters<typeof startApp> extends [unknown, ...infer D] ? D : never
) => {
  const { app, post } = await startApp(t, ...deps);
  return {
    post,
    get: (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers }),
    head: (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'HEAD', url, headers }),
  };
};

describe('the published documents', () => {
  for (const [url, file] of Object.entries(files)) {
    it(`${url} needs no signature, and HEAD and If-None-Match spare its body`, async (t) => {
      const { get, head } = await inject(t);
      const response = await get(url);
      assert.equal(response.statusCode, 200);
      assert.equal(response.body, await readFile(new URL(`../catalogue/${file}`, import.meta.url), 'utf8'));
      assert.match(String(response.headers['content-type']), /^application\/json/);
      assert.match(String(response.headers['cache-control']), /^public, max-age=\d+$/);
      const { etag } = response.headers;
      assert.ok(typeof etag === 'string');

      const headed = await head(url);
      assert.deepEqual([headed.statusCode, headed.body, headed.headers.etag], [200, '', etag]);
      assert.equal(headed.headers['content-length'], String(Buffer.byteLength(response.body)));
      for (const known of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
        const unchanged = await get(url, { 'if-none-match': known });
        assert.deepEqual([unchanged.statusCode, unchanged.body.length], [304, 0], known);
      }
      assert.equal((await get(url, { 'if-none-match': '"other"' })).statusCode, 200);
    });
  }

  it('/catalogue is the page for browsers, and JSON for programs', async (t) => {
    const { get } = await inject(t);
    const typeFor = async (accept?: string): Promise<string> => {
      const { headers } = await get('/catalogue', accept === undefined ? {} : { accept });
      assert.equal(headers.vary, 'accept');
      return String(headers['content-type']).split(';')[0] ?? '';
    };
    for (const accept of [HTML.accept, 'text/html', 'TEXT/HTML', 'application/json;q=0.1, text/html;q=0.5'])
      assert.equal(await typeFor(accept), 'text/html', accept);
    for (const accept of [
      undefined,
      '*/*',
      'application/json',
      'text/html;q=0.1, application/json',
      'text/html;q=0',
      ',',
    ])
      assert.equal(await typeFor(accept), 'application/json', accept);
    const { events } = (await get('/catalogue')).json() as { events: { type: string }[] };
    assert.deepEqual(
      events.map(({ type }) => type),
      eventTypes,
    );
  });

  it('the page and the JSON have different ETags', async (t) => {
    const { get } = await inject(t);
    const { etag } = (await get('/catalogue')).headers;
    assert.equal((await get('/catalogue', { ...HTML, 'if-none-match': String(etag) })).statusCode, 200);
  });

  it('the page may load and run nothing, and its style sheet is allowed by its hash', async (t) => {
    const { get } = await inject(t);
    const policy = String((await get('/catalogue', HTML)).headers['content-security-policy']);
    const directives = new Map(policy.split('; ').map((directive) => directive.split(' ') as [string, string]));
    for (const name of ['default-src', 'base-uri', 'form-action', 'frame-ancestors'])
      assert.equal(directives.get(name), "'none'", name);
    assert.match(String(directives.get('style-src')), /^'sha256-[A-Za-z0-9+/]{43}='$/);
    assert.equal(directives.size, 5);
  });

  it('reveal no source, and no secret', async (t) => {
    const { get } = await inject(t);
    for (const url of Object.keys(files)) assert.doesNotMatch((await get(url)).body, /cms-update|canary-secret/);
    assert.doesNotMatch((await get('/catalogue', HTML)).body, /cms-update|canary-secret/);
  });

  it('have a rate limit for each address, apart from that of webhooks', async (t) => {
    const { get, post } = await inject(t, { limits: { ipRate: 0.001 } });
    assert.equal((await get('/catalogue')).statusCode, 200);
    const refused = await get('/openapi.json');
    assert.equal(refused.statusCode, 429);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await post('/webhooks/escalation', escalation())).status, 200);
    assert.equal((await post('/webhooks/escalation', escalation())).status, 429);
  });
});
