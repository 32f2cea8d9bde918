import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Database } from '@switchboard/database';
import { shopActions } from '../../fixtures/app.ts';
import { type Backend, shop, startBackend } from '../../fixtures/backend.ts';
import { openTestDatabase } from '../../fixtures/database.ts';
import { connect, openMcpApp, tokenOf } from '../../fixtures/mcp-app.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const cancelled = ({ received }: Backend): number => received.filter(({ method }) => method === 'DELETE').length;
const CALL = { name: 'cancel-order', arguments: { orderId: '1001' } };

async function start(t: TestContext) {
  const backend = await startBackend(t, shop);
  const { url } = await openMcpApp(t, { database, yaml: shopActions(backend.url) });
  return { backend, url };
}

/** A client whose person answers like this. */
async function asking(t: TestContext, url: string, answer: object) {
  const client = await connect(t, url, await tokenOf('jane'), { capabilities: { elicitation: {} } });
  const questions: unknown[] = [];
  client.setRequestHandler('elicitation/create', ({ params }) => {
    questions.push(params.message);
    return answer as { action: 'accept' };
  });
  return { client, questions };
}

describe('a write with confirmation', () => {
  it('asks the person through a client that can, and runs once', async (t) => {
    const { backend, url } = await start(t);
    const { client, questions } = await asking(t, url, { action: 'accept', content: { confirm: true } });
    const result = await client.callTool(CALL);
    assert.ok(!result.isError, JSON.stringify(result));
    assert.partialDeepStrictEqual(result.structuredContent, { status: 'done', output: { status: 'cancelled' } });
    assert.deepEqual(questions, ['Cancel order 1001, which is shipped?']);
    assert.equal(cancelled(backend), 1);
  });

  it('changes nothing unless the person says yes', async (t) => {
    const { backend, url } = await start(t);
    for (const answer of [
      { action: 'decline' },
      { action: 'cancel' },
      { action: 'accept', content: { confirm: false } },
      { action: 'accept', content: { confirm: 'true' } },
      { action: 'accept', content: {} },
    ]) {
      const { client } = await asking(t, url, answer);
      const result = await client.callTool(CALL).catch((error: Error) => ({ isError: true, content: error.message }));
      assert.ok(result.isError, JSON.stringify(answer));
    }
    assert.equal(cancelled(backend), 0);
  });

  for (const era of ['auto', 'legacy'] as const) {
    it(`takes two calls through another client (${era}); the token is for this input and this person`, async (t) => {
      const { backend, url } = await start(t);
      const client = await connect(t, url, await tokenOf('jane'), {}, era);
      const first = await client.callTool(CALL);
      assert.ok(!first.isError, JSON.stringify(first));
      const { status, summary, _confirm } = first.structuredContent as Record<string, string>;
      assert.deepEqual([status, summary], ['unconfirmed', 'Cancel order 1001, which is shipped?']);
      assert.match(JSON.stringify(first.content), /Ask the person/);

      const omar = await connect(t, url, await tokenOf('omar'), {}, era);
      const foreign = await omar.callTool({ name: 'cancel-order', arguments: { orderId: '2001', _confirm } });
      assert.partialDeepStrictEqual(foreign.structuredContent, { status: 'unconfirmed' });
      const wrong = await client.callTool({ name: 'cancel-order', arguments: { orderId: '1001', _confirm: 'yes' } });
      assert.partialDeepStrictEqual(wrong.structuredContent, { status: 'unconfirmed' });
      assert.equal(cancelled(backend), 0);

      const confirmed = { name: 'cancel-order', arguments: { orderId: '1001', _confirm } };
      const second = await client.callTool(confirmed);
      assert.partialDeepStrictEqual(second.structuredContent, { status: 'done', output: { status: 'cancelled' } });
      const third = await client.callTool(confirmed);
      assert.partialDeepStrictEqual(third.structuredContent, { status: 'done' });
      assert.equal(cancelled(backend), 1, 'a repeat returns the result of the first');
    });
  }
});
