import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'freshdesk');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const TICKET = {
  subject: '[Chatbot Escalation] refund',
  description: '<p>the <b>transcript</b></p>',
  email: 'jane@shop.example',
  status: 2,
  priority: 3,
  source: 7,
  tags: ['refund'],
  custom_fields: { cf_conversation_id: "conv'1" },
};
const create = (changes: object = {}) => call('POST', '/api/v2/tickets', { ...TICKET, ...changes });
const search = (query: string) => call('GET', `/api/v2/search/tickets?query=${encodeURIComponent(query)}`);

it('creates a ticket and finds it by a custom field', async () => {
  const { status, body } = await create();
  assert.deepEqual([status, body.description_text], [201, 'the transcript']);
  const found = await search(`"cf_conversation_id:'conv\\'1'"`);
  assert.deepEqual([found.body.total, found.body.results[0].id], [1, body.id]);
  assert.equal((await search(`"cf_conversation_id:'conv-2'"`)).body.total, 0);
});

it('creates two tickets for two requests, since it has no idempotency', async () => {
  assert.notEqual((await create()).body.id, (await create()).body.id);
});

it('has a search that lags, and a list by requester that does not', async () => {
  sandbox.fault('freshdesk', { indexLagMs: 60_000 });
  const before = new Date(Date.now() - 1_000).toISOString();
  const { id } = (await create()).body;
  assert.equal((await search(`"cf_conversation_id:'conv\\'1'"`)).body.total, 0);
  const list = (query: string) => call('GET', `/api/v2/tickets?${query}`);
  const found = await list(`email=Jane%40shop.example&updated_since=${before}`);
  assert.deepEqual(
    found.body.map((ticket: { id: number }) => ticket.id),
    [id],
  );
  assert.deepEqual((await list('email=no%40shop.example')).body, []);
  assert.deepEqual((await list(`updated_since=${new Date(Date.now() + 60_000).toISOString()}`)).body, []);
  assert.equal((await list('updated_since=yesterday')).status, 400);
});

it('adds notes and replies, and changes the ticket', async () => {
  const { id } = (await create()).body;
  assert.equal((await call('POST', `/api/v2/tickets/${id}/notes`, { body: 'for agents' })).body.private, true);
  assert.equal((await call('POST', `/api/v2/tickets/${id}/reply`, { body: 'for Jane' })).body.private, false);
  assert.equal((await call('PUT', `/api/v2/tickets/${id}`, { status: 4 })).body.status, 4);
  const { body } = await call('GET', `/api/v2/tickets/${id}/conversations`);
  assert.deepEqual(
    body.map((entry: { body_text: string }) => entry.body_text),
    ['for agents', 'for Jane'],
  );
  assert.equal((await call('POST', '/api/v2/tickets/999/notes', { body: 'x' })).status, 404);
});

it('refuses invalid values and names each field', async () => {
  const cases: [changes: object, field: string, code: string][] = [
    [{ subject: undefined }, 'subject', 'missing_field'],
    [{ description: '' }, 'description', 'invalid_value'],
    [{ email: 'nobody' }, 'email', 'invalid_value'],
    [{ status: 9 }, 'status', 'invalid_value'],
    [{ priority: 'high' }, 'priority', 'invalid_value'],
    [{ tags: ['x'.repeat(33)] }, 'tags', 'invalid_value'],
    [{ custom_fields: { conversation: 'x' } }, 'conversation', 'invalid_field'],
  ];
  for (const [changes, field, code] of cases) {
    const { status, body } = await create(changes);
    assert.equal(status, 400);
    assert.partialDeepStrictEqual(body, { description: 'Validation failed', errors: [{ field, code }] });
  }
  assert.equal((await search("cf_a:'x'")).status, 400);
});
