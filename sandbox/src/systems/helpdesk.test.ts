import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'helpdesk');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const TICKET = {
  subject: '[Chatbot Escalation] refund',
  description: 'the transcript',
  requester: { name: 'Jane', email: 'jane@shop.example' },
  priority: 'high',
  tags: ['refund'],
  custom_fields: { conversation_id: 'conv-1' },
  external_id: 'conv-1',
};
const create = (changes: object = {}, key?: string) =>
  call('POST', '/tickets', { ...TICKET, ...changes }, key === undefined ? {} : { 'idempotency-key': key });

it('creates one ticket for one key, and finds it by its external id, which may lag', async () => {
  const { status, body } = await create({}, 'key-1');
  assert.deepEqual([status, body.url, body.status], [201, `https://helpdesk.example.com/tickets/${body.id}`, 'open']);
  assert.equal((await create({}, 'key-1')).body.id, body.id);
  assert.notEqual((await create({ external_id: 'conv-2' })).body.id, body.id);
  const find = async () => (await call('GET', '/tickets?external_id=conv-1')).body.tickets;
  assert.deepEqual(
    (await find()).map(({ id }: { id: number }) => id),
    [body.id],
  );
  sandbox.fault('helpdesk', { indexLagMs: 60_000 });
  assert.deepEqual(await find(), []);
});

it('takes comments, one for one key', async () => {
  const { id } = (await create()).body;
  const comment = () => call('POST', `/tickets/${id}/comments`, { body: 'a note' }, { 'idempotency-key': 'key-2' });
  assert.deepEqual([(await comment()).status, (await comment()).status], [201, 200]);
  assert.equal((await call('GET', `/tickets/${id}/comments`)).body.comments.length, 1);
  assert.equal((await call('POST', '/tickets/999/comments', { body: 'x' })).status, 404);
});

it('takes the key in a header, and refuses invalid tickets', async () => {
  const headers = { authorization: '', 'x-api-key': 'local-helpdesk-key' };
  assert.equal((await call('GET', '/tickets', undefined, headers)).status, 200);
  for (const change of [{ subject: '' }, { description: '' }, { priority: 'highest' }, { requester: {} }])
    assert.equal((await create(change)).status, 422);
});
