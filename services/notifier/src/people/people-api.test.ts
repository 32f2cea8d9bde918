import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setStage } from '../../fixtures/stage.ts';

const KEY = 'acme-key-0123456789';
const stage = setStage();
const { open, prefer } = stage;

async function openAsked() {
  const office = await open();
  const ask = async (method: 'GET' | 'PUT' | 'DELETE', path: string, key: string | undefined = KEY) => {
    const headers = key === '' ? {} : { authorization: `Bearer ${key}` };
    const answer = await office.http.inject({ method, url: `/v1${path}`, headers });
    return { status: answer.statusCode, type: String(answer.headers['content-type']), body: answer.json() };
  };
  return { office, ask };
}

const jane = { kind: 'user', value: 'jane' };
const email = { kind: 'email', value: 'jane@example.com' };

describe('/v1/people', () => {
  it('shows the person of an identifier to the tenant, and erases it with what it follows', async () => {
    const { office, ask } = await openAsked();
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    await ask('PUT', '/follows/jane/product/kettle');
    const { status, body } = await ask('GET', '/people/email/JANE%40example.com');
    assert.deepEqual([status, body.identifiers, body.conflicts], [200, [email, jane], []]);
    assert.deepEqual(body.links, [{ between: [email, jane], confirmed: false, lastSeen: '2026-01-15' }]);
    assert.equal((await ask('GET', '/people/user/jane', 'other-key-0123456789')).status, 404);

    const erased = await ask('DELETE', '/people/user/jane');
    assert.deepEqual(erased.body, { identifiers: [email, jane], follows: [{ kind: 'product', id: 'kettle' }] });
    assert.equal((await ask('GET', '/people/user/jane')).status, 404);
    assert.deepEqual((await ask('GET', '/follows/jane')).body, { follows: [] });
  });

  it('erases preferences, also of a person whom nothing links: no more messages', async () => {
    const { office, ask } = await openAsked();
    await prefer(office, 'jane', { chat: true }, { email: 'jane@example.com' });
    await prefer(office, 'john', { chat: true });
    assert.equal((await ask('DELETE', '/people/email/jane@example.com')).status, 200);
    assert.equal((await ask('DELETE', '/people/user/john')).status, 200);
    const { body: unknown } = await ask('GET', '/preferences/nobody');
    for (const userId of ['jane', 'john']) {
      assert.deepEqual((await ask('GET', `/preferences/${userId}`)).body, unknown);
      assert.equal(await office.handle(stage.shipped(`e-${userId}`, { userId })), 'not_opted_in');
    }
  });

  it('lists a conflict, counts it, and settles it by a decision', async () => {
    const { office, ask } = await openAsked();
    for (const userId of ['jane', 'john']) await prefer(office, userId, { chat: true }, { email: 'jane@example.com' });
    const [conflict] = (await ask('GET', '/people/conflicts')).body.conflicts;
    assert.deepEqual(conflict.conflicts, [
      { reason: 'several_values', identifiers: [jane, { kind: 'user', value: 'john' }] },
    ]);
    assert.deepEqual([conflict.people.length, conflict.unassigned], [2, [email]]);
    const { body } = await ask('PUT', '/people/user/jane/links/email/jane@example.com');
    assert.deepEqual(body.identifiers, [email, jane]);
    await ask('DELETE', '/people/user/john/links/email/jane@example.com');
    assert.deepEqual((await ask('GET', '/people/conflicts')).body.conflicts, []);
  });

  const REFUSED = [
    ['GET', '/people/user/jane', '', 401, 'UNAUTHORIZED'],
    ['DELETE', '/people/user/jane', 'wrong-key-0123456789', 401, 'UNAUTHORIZED'],
    ['GET', '/people/user/nobody', KEY, 404, 'NOT_FOUND'],
    ['GET', '/people/fax/1', KEY, 422, 'INVALID_FIELDS'],
    ['GET', '/people/phone/0660123', KEY, 422, 'INVALID_FIELDS'],
    ['PUT', '/people/user/jane/links/user/john', KEY, 422, 'INVALID_FIELDS'],
    ['PUT', '/people/user/jane/links/email/none', KEY, 422, 'INVALID_FIELDS'],
    ['PUT', '/follows/jane/team/a', KEY, 422, 'INVALID_FIELDS'],
    ['PUT', '/follows/jane/product/a', '', 401, 'UNAUTHORIZED'],
  ] as const;
  it('refuses strangers, and what is no identifier, as problems', async () => {
    const { ask } = await openAsked();
    for (const [method, path, key, status, code] of REFUSED) {
      const answer = await ask(method, path, key);
      assert.deepEqual([answer.status, answer.body.code], [status, code], path);
      assert.match(answer.type, /^application\/problem\+json/);
    }
  });
});

describe('/v1/follows', () => {
  it('keeps what a person follows', async () => {
    const { ask } = await openAsked();
    assert.deepEqual((await ask('PUT', '/follows/jane/order/o-1')).body, { follows: [{ kind: 'order', id: 'o-1' }] });
    stage.clock += 1;
    assert.deepEqual((await ask('DELETE', '/follows/jane/order/o-1')).body, { follows: [] });
  });
});
