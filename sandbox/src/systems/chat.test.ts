import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
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
