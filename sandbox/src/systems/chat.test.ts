import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { credentials } from '../credentials.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'chat');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

it('sends a message once for an idempotency key', async () => {
  const send = (message: string) =>
    call('POST', '/v1/messages', { user_id: 'u-1', message }, { 'idempotency-key': 'k' });
  const [first, again, other] = [await send('hello'), await send('hello'), await send('goodbye')];
  assert.deepEqual([first.status, again.body, other.status], [200, first.body, 422]);
  assert.deepEqual(
    sandbox.effects('chat').map(({ kind }) => kind),
    ['effect', 'lookup', 'refused'],
  );
});

it('refuses a message without a user or a text, and accepts a long one', async () => {
  for (const body of [
    { message: 'x' },
    { user_id: 'u' },
    { user_id: 'u', message: ' ' },
    { user_id: 1, message: 'x' },
    [],
  ]) {
    assert.equal((await call('POST', '/v1/messages', body)).status, 422);
  }
  assert.equal((await call('POST', '/v1/messages', { user_id: 'u', message: 'x'.repeat(100_000) })).status, 200);
});

it('keeps a document until it is deleted', async () => {
  const path = `/v1/knowledge/documents/${encodeURIComponent('a/1 é')}`;
  assert.equal((await call('PUT', path, { title: 'A' })).status, 201);
  assert.equal((await call('PUT', path, { title: 'B' })).status, 200);
  assert.deepEqual((await call('GET', path)).body, { title: 'B', id: 'a/1 é' });
  assert.equal((await call('DELETE', path)).status, 204);
  assert.equal((await call('DELETE', path)).status, 404);
});

it('accepts its key as a bearer token or in x-api-key', async () => {
  const headers = { authorization: '', 'x-api-key': credentials.chat.apiKey };
  assert.equal((await call('POST', '/v1/messages', { user_id: 'u', message: 'x' }, headers)).status, 200);
  assert.doesNotMatch(JSON.stringify(sandbox.effects()), /local-chat-key/);
});

it('takes the conversation of a message', async () => {
  const send = (conversation_id: unknown) =>
    call('POST', '/v1/messages', { user_id: 'u', conversation_id, message: 'x' });
  assert.equal((await send('conv-1')).body.conversation_id, 'conv-1');
  for (const wrong of ['', 1, null]) assert.equal((await send(wrong)).status, 422);
});

describe('dialogues', () => {
  const start = (body: object, key?: string) =>
    call(
      'POST',
      '/v1/dialogues',
      { user_id: 'u-1', node: 'order-delayed', ...body },
      key === undefined ? {} : { 'idempotency-key': key },
    );

  it('starts a node once for an idempotency key', async () => {
    const body = { conversation_id: 'conv-1', variables: { orderId: '1001', days: 2 } };
    const [first, again, other] = [await start(body, 'k'), await start(body, 'k'), await start({}, 'k')];
    assert.partialDeepStrictEqual(first.body, { conversation_id: 'conv-1', node: 'order-delayed', status: 'started' });
    assert.deepEqual([first.status, again.body, other.status], [200, first.body, 422]);
    assert.equal(
      (await call('POST', '/v1/messages', { user_id: 'u-1', message: 'x' }, { 'idempotency-key': 'k' })).status,
      422,
    );
  });

  it('refuses an unknown node, and a call that names no person or no node', async () => {
    const unknown = await start({ node: 'missing-node' });
    assert.deepEqual([unknown.status, unknown.body.error.code], [422, 'unknown_node']);
    for (const wrong of [{ user_id: '' }, { node: 1 }, { conversation_id: '' }, { variables: ['x'] }])
      assert.equal((await start(wrong)).body.error.code, 'invalid', JSON.stringify(wrong));
  });
});
