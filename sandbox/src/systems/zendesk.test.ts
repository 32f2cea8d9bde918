import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'zendesk');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const TICKET = {
  subject: '[Chatbot Escalation] refund',
  comment: { body: 'the transcript' },
  requester: { name: 'Jane', email: 'jane@shop.example' },
  priority: 'high',
  tags: ['chatbot-escalation', 'refund'],
  custom_fields: [{ id: 1, value: 'conv-1' }],
  external_id: 'conv-1',
};
const create = (ticket: object = TICKET, key?: string) =>
  call('POST', '/api/v2/tickets.json', { ticket }, key === undefined ? {} : { 'idempotency-key': key });

it('creates a ticket and finds it by its external id', async () => {
  const { status, body, headers } = await create();
  assert.equal(status, 201);
  assert.equal(headers.get('location'), `/api/v2/tickets/${body.ticket.id}.json`);
  assert.partialDeepStrictEqual(body.ticket, { subject: TICKET.subject, priority: 'high', tags: TICKET.tags });
  const found = await call('GET', '/api/v2/tickets.json?external_id=conv-1');
  assert.deepEqual([found.body.count, found.body.tickets[0].id], [1, body.ticket.id]);
  assert.equal((await call('GET', '/api/v2/tickets.json?external_id=conv-2')).body.count, 0);
});

it('creates one ticket for one idempotency key, and says so', async () => {
  const first = await create(TICKET, 'key-1');
  const again = await create(TICKET, 'key-1');
  assert.deepEqual(
    [first, again].map(({ headers }) => headers.get('x-idempotency-lookup')),
    ['miss', 'hit'],
  );
  assert.equal(again.body.ticket.id, first.body.ticket.id);
  assert.notEqual((await create(TICKET, 'key-2')).body.ticket.id, first.body.ticket.id);
  assert.deepEqual(
    sandbox.effects('zendesk').map(({ kind }) => kind),
    ['effect', 'lookup', 'effect'],
  );
});

it('refuses a different ticket under the same key', async () => {
  await create(TICKET, 'key-1');
  const { status, body } = await create({ ...TICKET, subject: 'another' }, 'key-1');
  assert.deepEqual([status, body.error], [400, 'IdempotentRequestError']);
});

it('recognises the key even when the first answer was lost', async () => {
  sandbox.fault('zendesk', { dropResponse: true, count: 1 });
  await assert.rejects(create(TICKET, 'key-1'));
  assert.equal((await create(TICKET, 'key-1')).headers.get('x-idempotency-lookup'), 'hit');
  assert.equal((await call('GET', '/api/v2/tickets.json?external_id=conv-1')).body.count, 1);
});

it('adds comments, tags and fields to a ticket', async () => {
  const { id } = (await create()).body.ticket;
  const ticket = {
    comment: { body: 'resolved', public: false },
    status: 'solved',
    additional_tags: ['resolved'],
    custom_fields: [{ id: 2, value: 'x' }],
  };
  const { status, body } = await call('PUT', `/api/v2/tickets/${id}.json`, { ticket });
  assert.equal(status, 200);
  assert.partialDeepStrictEqual(body.ticket, { status: 'solved', tags: [...TICKET.tags, 'resolved'] });
  assert.equal(body.ticket.custom_fields.length, 2);
  const { comments } = (await call('GET', `/api/v2/tickets/${id}/comments.json`)).body;
  assert.deepEqual(
    comments.map(({ body: text }: { body: string }) => text),
    ['the transcript', 'resolved'],
  );
});

it('lists its ticket fields with their titles', async () => {
  const { status, body } = await call('GET', '/api/v2/ticket_fields.json');
  assert.deepEqual([status, body.count], [200, 4]);
  assert.partialDeepStrictEqual(body.ticket_fields[0], { id: 9001, title: 'Conversation ID' });
});

it('refuses invalid values and names the field', async () => {
  const cases: [changes: object, field: string][] = [
    [{ comment: undefined }, 'comment'],
    [{ comment: { body: ' ' } }, 'comment'],
    [{ comment: { body: 'x'.repeat(65_537) } }, 'comment'],
    [{ priority: 'highest' }, 'priority'],
    [{ requester: { email: 'jane@shop.example' } }, 'requester'],
    [{ requester: { name: 'Jane', email: 'nobody' } }, 'requester'],
    [{ custom_fields: [{ id: 'name', value: 1 }] }, 'custom_fields'],
  ];
  for (const [changes, field] of cases) {
    const { status, body } = await create({ ...TICKET, ...changes });
    assert.deepEqual([status, body.error, Object.keys(body.details)], [422, 'RecordInvalid', [field]]);
  }
  assert.equal((await call('POST', '/api/v2/tickets.json', {})).status, 400);
  assert.equal((await call('GET', '/api/v2/tickets/999.json')).body.error, 'RecordNotFound');
});
