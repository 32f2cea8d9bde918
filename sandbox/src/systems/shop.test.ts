import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { type Call, caller } from '../../fixtures/calls.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let sandbox: Sandbox;
let call: Call;
before(async () => {
  sandbox = await startSandbox();
  call = caller(sandbox, 'shop');
});
after(() => sandbox.close());
afterEach(() => sandbox.reset());

const PATH = '/subscriptions/sub-7001';
const change = (body: object, key?: string, path = PATH) =>
  call('PATCH', path, body, key === undefined ? {} : { 'idempotency-key': key });

it('has orders of two people', async () => {
  const { status, body } = await call('GET', '/orders/1001');
  assert.equal(status, 200);
  assert.partialDeepStrictEqual(body, {
    orderId: '1001',
    status: 'shipped',
    trackingNumber: '1Z999AA10123456784',
    customerEmail: 'jane@shop.example',
  });
  assert.equal((await call('GET', '/orders/2001')).body.customerEmail, 'omar@shop.example');
  const unknown = await call('GET', '/orders/9999');
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found']);
});

it('finds the subscriptions of an e-mail address, in any case', async () => {
  const { body } = await call('GET', '/subscriptions?email=Jane@Shop.Example');
  assert.partialDeepStrictEqual(body.subscriptions, [{ subscriptionId: 'sub-7001', plan: 'Team', status: 'active' }]);
  assert.ok(Date.parse(body.subscriptions[0].renewsAt) > Date.now());
  assert.deepEqual((await call('GET', '/subscriptions?email=nobody@shop.example')).body, { subscriptions: [] });
  for (const query of ['', '?email=', '?email=jane', '?email=a@b.example&email=c@d.example'])
    assert.equal((await call('GET', `/subscriptions${query}`)).status, 422, query);
});

it('cancels a subscription at the end of its month, and takes it up again', async () => {
  const { body: before } = await call('GET', PATH);
  const cancelled = await change({ status: 'cancelled' });
  assert.equal(cancelled.status, 200);
  assert.partialDeepStrictEqual(cancelled.body, { status: 'cancelled', renewsAt: null, endsAt: before.renewsAt });
  const active = await change({ status: 'active', plan: 'Business' });
  const expected = { status: 'active', plan: 'Business', price: 79, renewsAt: before.renewsAt, endsAt: null };
  assert.partialDeepStrictEqual(active.body, expected);
  assert.deepEqual((await call('GET', PATH)).body, active.body);
});

it('changes a subscription once for an idempotency key, even when the answer was lost', async () => {
  sandbox.fault('shop', { dropResponse: true, count: 1 });
  await assert.rejects(change({ plan: 'Business' }, 'k'));
  assert.equal((await change({ plan: 'Business' }, 'k')).body.plan, 'Business');
  const other = await change({ plan: 'Starter' }, 'k');
  assert.deepEqual([other.status, other.body.code], [409, 'idempotency_key_reused']);
  assert.equal((await change({ plan: 'Business' }, 'k', '/subscriptions/sub-7002')).status, 409);
  assert.deepEqual(
    sandbox.effects('shop').map(({ kind }) => kind),
    ['effect', 'lookup', 'refused', 'refused'],
  );
});

it('refuses a change that means nothing, and says why', async () => {
  const wrong: [body: object, why: RegExp][] = [
    [{}, /plan or status/],
    [[], /plan or status/],
    [{ plan: 'Gold' }, /plan must be one of Starter, Team, Business/],
    [{ plan: 'toString' }, /plan must be/],
    [{ status: 'paused' }, /status must be active or cancelled/],
    [{ status: 'active', price: 1 }, /price cannot be changed/],
  ];
  for (const [body, why] of wrong) {
    const answer = await change(body);
    assert.deepEqual([answer.status, answer.body.code], [422, 'invalid']);
    assert.match(answer.body.message, why);
  }
  assert.equal((await change({ plan: 'Team' }, undefined, '/subscriptions/none')).status, 404);
  assert.equal((await call('PATCH', PATH, '{"plan":')).status, 400);
});

it('places an order under an id that is new', async () => {
  const order = { orderId: 'order-1', customerEmail: 'jane@shop.example', items: [{ name: 'Kettle', quantity: 2 }] };
  const placed = await call('POST', '/orders', order);
  assert.equal(placed.status, 201);
  assert.partialDeepStrictEqual(placed.body, { ...order, status: 'processing' });
  assert.deepEqual((await call('GET', '/orders/order-1')).body, placed.body);
  assert.equal((await call('POST', '/orders', order)).status, 409);
  for (const wrong of [{ orderId: 'a/b' }, { customerEmail: 'jane' }, { total: -1 }])
    assert.equal((await call('POST', '/orders', { ...order, orderId: 'order-2', ...wrong })).status, 422);
});

it('restores its records when it is cleared', async () => {
  const { body: before } = await call('GET', PATH);
  await change({ plan: 'Business' }, 'k');
  await call('POST', '/orders', { orderId: 'order-1', customerEmail: 'jane@shop.example' });
  sandbox.reset();
  assert.deepEqual([(await call('GET', PATH)).body.plan, before.plan], ['Team', 'Team']);
  assert.equal((await call('GET', '/orders/order-1')).status, 404);
  assert.equal((await change({ plan: 'Starter' }, 'k')).status, 200);
});

it('refuses other tokens, and faults in its own format', async () => {
  const wrong = await call('GET', '/orders/1001', undefined, { authorization: 'Bearer other' });
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'unauthorized']);
  sandbox.fault('shop', { status: 503, count: 1 });
  const failed = await call('GET', '/orders/1001');
  assert.deepEqual([failed.status, failed.body.code], [503, 'internal']);
});
