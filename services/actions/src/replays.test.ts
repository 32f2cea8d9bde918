import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Database } from '@switchboard/database';
import { openApp, shopActions } from '../fixtures/app.ts';
import { json, shop, startBackend } from '../fixtures/backend.ts';
import { openTestDatabase } from '../fixtures/database.ts';
import { connect, openMcpApp, tokenOf } from '../fixtures/mcp-app.ts';
import { IDEMPOTENCY_KEY } from './mcp/call-tool.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const jane = { email: 'jane@shop.example', userId: 'user-jane' };
const SECRET = 'secret-of-the-platform';

async function open(t: TestContext) {
  let notes = 0;
  const backend = await startBackend(t, (response, request) => {
    if (request.method !== 'POST') return shop(response, request);
    notes += 1;
    return json(response, 200, { id: `n-${notes}` });
  });
  return { yaml: shopActions(backend.url), notes: () => notes };
}

describe('a signed write', () => {
  it('has one effect, however often and with whichever headers a copy arrives', async (t) => {
    const { yaml, notes } = await open(t);
    const app = await openApp(t, { database, yaml });
    const time = Math.floor(Date.now() / 1_000);
    const send = (headers: object = {}, at = time, action = 'note', text = 'milk') => {
      const body = JSON.stringify({ ...jane, input: { text } });
      const signature = createHmac('sha256', SECRET).update(`${at}.${body}`).digest('hex');
      const all = { 'content-type': 'application/json', 'x-timed-signature': signature, 'x-timestamp': `${at}` };
      return app.fetch(`/v1/actions/${action}`, { method: 'POST', body, headers: { ...all, ...headers } });
    };
    const first = await send();
    const answer = await first.text();
    assert.equal(first.status, 200, answer);
    const upper = createHmac('sha256', SECRET)
      .update(`${time}.${JSON.stringify({ ...jane, input: { text: 'milk' } })}`)
      .digest('hex');
    for (const headers of [{}, { 'idempotency-key': 'k-1' }, { 'x-timed-signature': `sha256=${upper}` }]) {
      assert.equal(await (await send(headers)).text(), answer);
    }
    const [one, two] = await Promise.all([send({}, time + 1), send({ 'idempotency-key': 'k-2' }, time + 1)]);
    assert.ok([200, 202].includes(one.status) && [200, 202].includes(two.status));
    assert.equal(notes(), 2);
    // A new signature is a new request, and repeats an old one by its key.
    await send({ 'idempotency-key': 'k-3' }, time + 2);
    await send({ 'idempotency-key': 'k-3' }, time + 3);
    assert.equal(notes(), 3);
  });

  it('is refused without a time in the signature, unless the file accepts that', async (t) => {
    const { yaml, notes } = await open(t);
    const app = await openApp(t, { database, yaml });
    const send = (header: string) => app.signed('/v1/actions/note', { ...jane, text: 'milk' }, {}, header);
    const answer = await send('x-narrow-signature');
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /Sign the time/);
    assert.equal(notes(), 0);
    assert.equal((await send('x-signature')).status, 200);
  });
});

it('a tool call that a client repeats with its idempotency key has one effect', async (t) => {
  const { yaml, notes } = await open(t);
  const { url } = await openMcpApp(t, { database, yaml });
  const client = await connect(t, url, await tokenOf('jane'));
  const call = (key: unknown, text = 'milk') =>
    client.callTool({ name: 'note', arguments: { text }, _meta: { [IDEMPOTENCY_KEY]: key } });
  const first = await call('k-1');
  assert.deepEqual((await call('k-1')).structuredContent, first.structuredContent);
  assert.equal(notes(), 1);
  assert.match(JSON.stringify(await call('k-1', 'bread')), /IDEMPOTENCY_MISMATCH/);
  await call('k-2');
  assert.equal(notes(), 2);
  assert.match(JSON.stringify(await call(7)), /INVALID_INPUT/);
});
