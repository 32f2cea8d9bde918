import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Database } from '@switchboard/database';
import { until } from '@switchboard/stack/until';
import { ACTING_KEY, API_KEY, openApp, shopActions } from '../fixtures/app.ts';
import { shop, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';
import { connect, openMcpApp, ACTING_KEY as TOOL_KEY, tokenOf } from '../fixtures/mcp-app.ts';
import { auditOf } from './run/telling.ts';

const jane = { email: 'jane@shop.example' };

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

async function open(t: TestContext) {
  const backend = await startBackend(t, shop);
  const app = await openApp(t, { database, yaml: shopActions(backend.url) });
  const post = (path: string, body: object, key = ACTING_KEY, headers = {}) =>
    app.fetch(`/v1/actions/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    });
  return { app, backend, post };
}

describe('a program with the scope act-for', () => {
  it('gets what belongs to the person that it names, and is audited as acting', async (t) => {
    const { app, post } = await open(t);
    const input = { orderId: '1001' };
    const own = await post('order-status', { input, for: jane });
    assert.deepEqual(
      [own.status, ((await own.json()) as { output: object }).output],
      [200, { orderId: '1001', status: 'shipped' }],
    );
    const [others, unknown] = [
      await post('order-status', { input: { orderId: '2001' }, for: jane }),
      await post('order-status', { input: { orderId: '9999' }, for: jane }),
    ];
    assert.deepEqual([others.status, await others.text()], [unknown.status, await unknown.text()]);
    await app.signed('/v1/actions/order-status', { ...jane, ...input });
    await until('four runs are told', () => app.told.length === 4);
    const audits = app.told.map(({ ended }) => auditOf(ended, 1));
    const ofJane = audits.filter(({ outcome }) => outcome === 'ok').map(({ caller, actedFor }) => [caller, actedFor]);
    assert.deepEqual(ofJane.toSorted(), [
      ['chat-platform', false],
      ['flows', true],
    ]);
    assert.equal(new Set(audits.map(({ person }) => person)).size, 1);
  });

  it('names nobody by accident, and without the person it may not run what has an owner', async (t) => {
    const { backend, post } = await open(t);
    const input = { orderId: '1001' };
    for (const claim of [null, {}, [], 'jane', { email: '' }, { email: 'no address' }, { ...jane, userId: '' }]) {
      const answer = await post('order-status', { input, for: claim });
      assert.equal(answer.status, 422, JSON.stringify(claim));
    }
    assert.equal((await post('order-status', { input, for: { ...jane, tenant: 'other' } })).status, 422);
    assert.equal((await post('order-status', { input })).status, 403);
    assert.equal(backend.received.length, 0);
  });

  it('reads its runs for the person only', async (t) => {
    const { backend, post } = await open(t);
    const release = backend.hold();
    const late = await post('order-status', { input: { orderId: '1001' }, for: jane }, ACTING_KEY, {
      prefer: 'wait=0',
    });
    assert.equal(late.status, 202);
    release();
    const { runId } = (await late.json()) as { runId: string };
    assert.equal((await post(`runs/${runId}`, {})).status, 404);
    assert.equal((await post(`runs/${runId}`, { for: { email: 'omar@shop.example' } })).status, 404);
    await until('the run is done', async () => (await post(`runs/${runId}`, { for: jane })).status === 200);
  });
});

describe('another caller', () => {
  it('cannot name a person, with an API key or in a signed body', async (t) => {
    const { app, backend, post } = await open(t);
    const claim = { input: { orderId: '2001' }, for: { email: 'omar@shop.example' } };
    assert.equal((await post('order-status', claim, API_KEY)).status, 403);
    const signed = (body: object) => app.signed('/v1/actions/order-status', { ...jane, ...body });
    assert.equal((await signed(claim)).status, 422);
    assert.equal((await signed({ orderId: '2001', for: claim.for })).status, 422);
    assert.equal(backend.received.length, 0);
  });

  it('of MCP cannot either: an argument is input, whatever its name, also with a key that may act for people', async (t) => {
    const backend = await startBackend(t, shop);
    const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
    const omar = { email: 'omar@shop.example' };
    const names = { for: omar, _for: omar, caller: omar, person: omar, ...omar, userId: 'omar' };
    const janes = await connect(t, url, await tokenOf('jane'));
    for (const [name, claim] of Object.entries(names)) {
      const result = await janes.callTool({ name: 'order-status', arguments: { orderId: '2001', [name]: claim } });
      assert.equal(result.isError, true, name);
      assert.match(JSON.stringify(result.content), /INVALID_INPUT/);
    }
    const program = await connect(t, url, TOOL_KEY);
    const { tools } = await program.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['note', 'get_run'],
    );
    const call = { name: 'order-status', arguments: { orderId: '2001', for: omar }, _meta: { for: omar } };
    await assert.rejects(program.callTool(call), /no tool of this name/);
    assert.equal(backend.received.length, 0);
  });
});
