import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Database } from '@switchboard/database';
import fc from 'fast-check';
import { shopActions } from '../../fixtures/app.ts';
import { shop, startBackend } from '../../fixtures/backend.ts';
import { openTestDatabase } from '../../fixtures/database.ts';
import { connect, openMcpApp, tokenOf } from '../../fixtures/mcp-app.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const jane = await tokenOf('jane');
const call = (params: unknown, id: unknown = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

async function start(t: TestContext, rates?: Parameters<typeof openMcpApp>[1]['rates']) {
  const backend = await startBackend(t, shop);
  const app = await openMcpApp(t, { database, yaml: shopActions(backend.url), ...(rates && { rates }) });
  const post = (body: string, headers: Record<string, string> = {}, method = 'POST') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const all = {
        authorization: `Bearer ${jane}`,
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        accept: 'application/json, text/event-stream',
        ...headers,
      };
      const sent = request(app.url, { method, headers: all }, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        resolve({ status: response.statusCode ?? 0, text });
      });
      sent.on('error', reject).end(body);
    });
  return { ...app, backend, post };
}

describe('POST /mcp', () => {
  it('answers only callers, by the name of this service, and pages that may call', async (t) => {
    const { post } = await start(t);
    assert.equal((await post(LIST)).status, 200);
    for (const [headers, status] of [
      [{ authorization: '' }, 401],
      [{ authorization: 'Bearer none' }, 401],
      [{ authorization: '', 'x-signature': '00' }, 401],
      [{ host: 'evil.example' }, 403],
      [{ host: 'evil.example', authorization: '' }, 403],
      [{ origin: 'http://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ host: 'localhost:1234' }, 200],
      [{ origin: 'https://shop.example' }, 200],
      [{ 'content-type': 'text/plain' }, 415],
    ] as const) {
      assert.equal((await post(LIST, headers)).status, status, JSON.stringify(headers));
    }
    assert.equal((await post('', {}, 'GET')).status, 405);
    assert.equal((await post('', {}, 'DELETE')).status, 405);
  });

  it('refuses what is no single JSON-RPC message of reasonable size', async (t) => {
    const { post, backend } = await start(t);
    const batch = JSON.stringify(Array.from({ length: 100 }, (_, id) => call({ name: 'note', arguments: {} }, id)));
    for (const [body, status, code] of [
      ['', 400, -32700],
      ['{', 400, -32700],
      ['"text"', 400, undefined],
      ['null', 400, undefined],
      ['{}', 400, undefined],
      ['[]', 400, -32600],
      [batch, 400, -32600],
      [JSON.stringify({ ...call({ name: 'note' }), jsonrpc: '1.0' }), 400, undefined],
      ['['.repeat(60_000), 400, -32700],
      [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400, -32600],
      [JSON.stringify(call({ name: 'note', arguments: { text: 'x'.repeat(70_000) } })), 413, undefined],
    ] as const) {
      const answer = await post(body);
      assert.equal(answer.status, status, `${body.slice(0, 40)}: ${answer.text}`);
      if (code !== undefined) assert.equal((JSON.parse(answer.text) as { error: { code: number } }).error.code, code);
    }
    assert.deepEqual(backend.received, []);
  });

  it('answers any message without failing, and logs nothing of it', async (t) => {
    const { post, backend, lines } = await start(t);
    const names = fc.constantFrom('order-status', 'get_run', 'note', '__proto__', 'constructor', 'canary');
    const methods = fc.constantFrom(
      'tools/call',
      'tools/list',
      'resources/read',
      'initialize',
      'server/discover',
      'subscriptions/listen',
      'canary',
    );
    const params = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          name: fc.oneof(names, fc.jsonValue()),
          arguments: fc.jsonValue(),
          uri: fc.jsonValue(),
          _meta: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    const message = fc.record(
      { jsonrpc: fc.constant('2.0'), id: fc.oneof(fc.nat(), fc.jsonValue()), method: methods, params },
      { requiredKeys: ['jsonrpc', 'method'] },
    );
    await fc.assert(
      fc.asyncProperty(message, async (value) => {
        const { status, text } = await post(JSON.stringify(value));
        assert.ok(status < 500, `${status} ${text}`);
        assert.doesNotMatch(text, /node_modules|at .*\.ts:/);
      }),
      { numRuns: 150 },
    );
    assert.equal((await post(LIST)).status, 200);
    assert.doesNotMatch(lines.join(''), /canary|eyJ/);
    assert.ok(
      backend.received.every(({ method }) => method === 'POST'),
      'notes at most',
    );
  });

  it('limits its callers, together with the routes of actions', async (t) => {
    const slow = { perSecond: 0.001, burst: 2 };
    const { url } = await start(t, { person: slow, caller: { perSecond: 1_000, burst: 1_000 } });
    const client = await connect(t, url, jane);
    const order = () => client.callTool({ name: 'order-status', arguments: { orderId: '1001' } });
    assert.ok(!(await order()).isError);
    await client.readResource({ uri: 'switchboard://users/jane/context' });
    const third = await order();
    assert.ok(third.isError);
    assert.match(JSON.stringify(third.content), /TOO_MANY_REQUESTS.*Wait/);
    await assert.rejects(client.readResource({ uri: 'switchboard://users/jane/context' }), /Too many requests/);
    assert.ok((await client.listTools()).tools.length > 0);
  });

  it('says nothing of its own failures', async (t) => {
    const { url, flows, lines } = await start(t);
    flows.respond((response) => void response.writeHead(500).end('canary'));
    const client = await connect(t, url, jane);
    await assert.rejects(client.readResource({ uri: 'switchboard://users/jane/context' }), {
      code: -32603,
      message: /cannot answer now/,
    });
    assert.match(lines.join(''), /an MCP request failed/);
    assert.doesNotMatch(lines.join(''), /canary|users\/jane/);
  });
});
