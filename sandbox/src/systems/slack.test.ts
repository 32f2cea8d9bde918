import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'slack');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const METADATA = { event_type: 'switchboard', event_payload: { id: 'e-1' } };
const post = (message: object) => call('POST', '/api/chat.postMessage', message);
const history = (query: string) => call('GET', `/api/conversations.history?${query}`);

it('posts a message, and lists it with its metadata, newest first', async () => {
  const { body } = await post({ channel: '#agents', text: 'one', metadata: METADATA });
  assert.match(body.ts, /^\d{10}\.\d{6}$/);
  assert.match(body.channel, /^C/);
  const second = await post({ channel: 'agents', text: 'two', thread_ts: body.ts });
  assert.equal(second.body.channel, body.channel);
  const { messages } = (await history(`channel=${body.channel}&include_all_metadata=true`)).body;
  assert.deepEqual(
    messages.map(({ text, metadata }: Record<string, unknown>) => [text, metadata]),
    [
      ['two', undefined],
      ['one', METADATA],
    ],
  );
  assert.equal((await history(`channel=${body.channel}`)).body.messages[1].metadata, undefined);
  const later = await history(`channel=${body.channel}&oldest=${body.ts}&limit=1`);
  assert.deepEqual([later.body.messages.length, later.body.has_more], [1, false]);
});

it('writes to a person found by mail', async () => {
  const { user } = (await call('GET', '/api/users.lookupByEmail?email=Jane%40shop.example')).body;
  const opened = await call('POST', '/api/conversations.open', { users: user.id });
  assert.equal((await post({ channel: opened.body.channel.id, text: 'hello' })).body.channel, opened.body.channel.id);
});

it('accepts a form, too', async () => {
  const form = new URLSearchParams({ channel: '#agents', text: 'hello', metadata: JSON.stringify(METADATA) });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { body } = await call('POST', '/api/chat.postMessage', form.toString(), headers);
  assert.equal(body.ok, true);
});

const WRONG: [name: string, message: object, error: string][] = [
  ['no channel', { text: 'x' }, 'channel_not_found'],
  ['an unknown channel', { channel: '#missing', text: 'x' }, 'channel_not_found'],
  ['an archived channel', { channel: '#archived', text: 'x' }, 'is_archived'],
  ['no text', { channel: '#agents' }, 'no_text'],
  ['a text that is too long', { channel: '#agents', text: 'x'.repeat(40_001) }, 'msg_too_long'],
  ['invalid blocks', { channel: '#agents', text: 'x', blocks: [{}] }, 'invalid_blocks'],
  [
    'too many blocks',
    { channel: '#agents', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) },
    'invalid_blocks',
  ],
  ['metadata without a type', { channel: '#agents', text: 'x', metadata: {} }, 'invalid_metadata_format'],
];
for (const [name, message, error] of WRONG) {
  it(`answers ${name} with 200 and ok: false`, async () => {
    const { status, body } = await post(message);
    assert.deepEqual([status, body], [200, { ok: false, error }]);
    assert.equal(sandbox.effects('slack').at(-1)?.kind, 'refused');
  });
}

it('answers unknown callers and unknown methods with 200 and ok: false', async () => {
  const stranger = await call('POST', '/api/chat.postMessage', {}, { authorization: 'Bearer wrong' });
  assert.deepEqual([stranger.status, stranger.body.error], [200, 'invalid_auth']);
  const anonymous = await call('POST', '/api/chat.postMessage', {}, { authorization: '' });
  assert.equal(anonymous.body.error, 'not_authed');
  assert.equal((await call('POST', '/api/chat.shout', {})).body.error, 'unknown_method');
  assert.equal(
    (await call('GET', '/api/users.lookupByEmail?email=missing%40shop.example')).body.error,
    'users_not_found',
  );
});

it('answers a fault with 429 and Retry-After, or with a Slack error', async () => {
  sandbox.fault('slack', { status: 429, retryAfter: 3, count: 1 });
  const limited = await post({ channel: '#agents', text: 'x' });
  assert.deepEqual([limited.status, limited.headers.get('retry-after'), limited.body.error], [429, '3', 'ratelimited']);
  sandbox.fault('slack', { error: 'fatal_error', count: 1 });
  const failed = await post({ channel: '#agents', text: 'x' });
  assert.deepEqual([failed.status, failed.body], [200, { ok: false, error: 'fatal_error' }]);
});
