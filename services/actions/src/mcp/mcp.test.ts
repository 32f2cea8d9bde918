import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Database } from '@switchboard/database';
import fc from 'fast-check';
import { shopActions } from '../../fixtures/app.ts';
import { json, shop, startBackend } from '../../fixtures/backend.ts';
import { openTestDatabase } from '../../fixtures/database.ts';
import { API_KEY, connect, NOTE_KEY, openMcpApp, tokenOf } from '../../fixtures/mcp-app.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const jane = await tokenOf('jane');

for (const era of ['auto', 'legacy'] as const) {
  describe(`an MCP client (${era})`, () => {
    it('lists the tools of its caller, in a fixed order, with schemas and hints', async (t) => {
      const backend = await startBackend(t, shop);
      const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
      const client = await connect(t, url, jane, {}, era);
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint, annotations?.destructiveHint]),
        [
          ['cancel-order', false, true],
          ['note', false, false],
          ['order-status', true, false],
          ['get_run', true, false],
        ],
      );
      const order = tools.find(({ name }) => name === 'order-status');
      assert.deepEqual(Object.keys(order?.inputSchema.properties ?? {}), ['orderId']);
      assert.ok(order?.annotations?.idempotentHint);
      const { output } = (order?.outputSchema?.properties ?? {}) as { output?: { properties: object } };
      assert.deepEqual(Object.keys(output?.properties ?? {}), ['orderId', 'status'], 'no field that is not revealed');
    });

    it('calls a tool: the reply as text, and the output by its schema', async (t) => {
      const backend = await startBackend(t, shop);
      const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
      const client = await connect(t, url, jane, {}, era);
      await client.listTools();
      const result = await client.callTool({ name: 'order-status', arguments: { orderId: '1001' } });
      assert.ok(!result.isError);
      assert.partialDeepStrictEqual(result.content, [{ type: 'text', text: 'Order 1001 is shipped.' }]);
      assert.partialDeepStrictEqual(result.structuredContent, {
        status: 'done',
        output: { orderId: '1001', status: 'shipped' },
      });
    });

    it('gets errors of the business as errors of the tool, the same for what is not its own and what is not there', async (t) => {
      const backend = await startBackend(t, shop);
      const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
      const client = await connect(t, url, jane, {}, era);
      const call = (orderId: unknown) => client.callTool({ name: 'order-status', arguments: { orderId } });
      const [others, none, invalid] = [await call('2001'), await call('9999'), await call(7)];
      assert.deepEqual(others, none);
      assert.ok(others.isError);
      assert.match(JSON.stringify(others.content), /NOT_FOUND/);
      assert.ok(invalid.isError);
      assert.match(JSON.stringify(invalid.content), /INVALID_INPUT.*orderId/);
    });

    it('gets an error of the protocol for a tool that it does not have, whether others have it or not', async (t) => {
      const backend = await startBackend(t, shop);
      const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
      const client = await connect(t, url, NOTE_KEY, {}, era);
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map(({ name }) => name),
        ['note', 'get_run'],
      );
      for (const name of ['order-status', 'no-such']) {
        await assert.rejects(client.callTool({ name, arguments: {} }), {
          code: -32602,
          message: /no tool of this name/,
        });
      }
      assert.deepEqual(backend.received, []);
    });

    it('reads the context of its own person only', async (t) => {
      const { url } = await openMcpApp(t, { database, yaml: shopActions('http://127.0.0.1:9') });
      const client = await connect(t, url, jane, {}, era);
      const { resources } = await client.listResources();
      assert.deepEqual(
        resources.map(({ uri }) => uri),
        ['switchboard://users/jane/context'],
      );
      const { contents } = await client.readResource({ uri: 'switchboard://users/jane/context' });
      const [first] = contents as { text: string }[];
      assert.partialDeepStrictEqual(JSON.parse(first?.text ?? ''), {
        id: 'jane',
        variables: { latestOrderStatus: { value: 'shipped' } },
      });
      const omar = await connect(t, url, await tokenOf('omar'), {}, era);
      for (const uri of [
        'switchboard://users/jane/context',
        'switchboard://users/nobody/context',
        'file:///etc/passwd',
      ])
        await assert.rejects(omar.readResource({ uri }), { code: -32602 });
      const known = await omar.readResource({ uri: 'switchboard://users/omar/context' });
      assert.match(JSON.stringify(known.contents), /variables/, 'nothing is known yet');
      const machine = await connect(t, url, API_KEY, {}, era);
      assert.deepEqual((await machine.listResources()).resources, []);
      await assert.rejects(machine.readResource({ uri: 'switchboard://users/jane/context' }), { code: -32602 });
    });
  });
}

describe('a tool that takes long', () => {
  it('returns a run, whose result get_run reads', async (t) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const backend = await startBackend(t, async (response, request) => {
      await held;
      return json(response, 200, { id: 'n-1', received: request.body });
    });
    const yaml = shopActions(backend.url).replace(
      "path: /notes, body: { text: '${input.text}' }, timeout: 30s",
      "path: /notes, body: { text: '${input.text}' }, timeout: 60s",
    );
    const { url } = await openMcpApp(t, { database, yaml, waitMs: 200 });
    const client = await connect(t, url, API_KEY);
    const running = await client.callTool({ name: 'note', arguments: { text: 'later' } });
    assert.ok(!running.isError, JSON.stringify(running));
    const { runId, status } = running.structuredContent as { runId: string; status: string };
    assert.equal(status, 'running');
    const read = () => client.callTool({ name: 'get_run', arguments: { runId } });
    assert.partialDeepStrictEqual((await read()).structuredContent, { status: 'running', runId });
    release();
    let result = await read();
    for (
      let left = 500;
      (result.structuredContent as { status?: string }).status === 'running' && left > 0;
      left -= 1
    ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      result = await read();
    }
    assert.partialDeepStrictEqual(result.structuredContent, { status: 'done', output: { id: 'n-1' } });
    const omar = await connect(t, url, await tokenOf('omar'));
    const others = await omar.callTool({ name: 'get_run', arguments: { runId } });
    assert.deepEqual(others, await omar.callTool({ name: 'get_run', arguments: { runId: 'none' } }));
    assert.ok(others.isError);
  });
});

describe("a model's arguments", () => {
  it('cannot name another caller, whatever they hold', async (t) => {
    const backend = await startBackend(t, shop);
    const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
    const client = await connect(t, url, jane);
    const names = [
      'email',
      'userId',
      'caller',
      'person',
      'tenant',
      '_meta',
      '__proto__',
      'constructor',
      'input',
      '_confirm',
    ];
    const omars = fc.constantFrom<unknown>('omar@shop.example', { email: 'omar@shop.example' }, ['omar@shop.example']);
    const more = fc.dictionary(fc.constantFrom(...names), fc.oneof(omars, fc.jsonValue()), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(more, fc.boolean(), async (others, inMeta) => {
        const result = await client.callTool({
          name: 'order-status',
          arguments: { orderId: '2001', ...others },
          ...(inMeta ? { _meta: others } : {}),
        });
        assert.ok(result.isError);
        assert.doesNotMatch(JSON.stringify(result), /shipped|secret-of/);
      }),
      { numRuns: 100 },
    );
  });
});
