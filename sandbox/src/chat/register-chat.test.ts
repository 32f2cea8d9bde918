import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { caller } from '../../fixtures/calls.ts';
import { type FakeServices, startFakeServices } from '../../fixtures/fake-services.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

let fake: FakeServices;
let sandbox: Sandbox;
before(async () => {
  fake = await startFakeServices();
  sandbox = await startSandbox({ services: fake.urls });
});
after(async () => {
  await sandbox.close();
  await fake[Symbol.asyncDispose]();
});
afterEach(() => {
  fake.reset();
  sandbox.reset();
});

const write = (body: unknown) => caller(sandbox)('POST', '/chat-page/messages', body);

it('refuses what no person of the page wrote', async () => {
  const wrong: [body: unknown, why: RegExp][] = [
    [{ person: 'user-eve', text: 'a' }, /person must be one of user-jane, user-omar/],
    [{ text: 'a' }, /person must be/],
    [[], /person must be/],
    [{ person: 'user-jane' }, /text must be a non-empty string/],
    [{ person: 'user-jane', text: ' ' }, /text must be a non-empty string/],
    [{ person: 'user-jane', text: 'x'.repeat(2_001) }, /at most 2000 characters/],
  ];
  for (const [body, why] of wrong) {
    const answer = await write(body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error, why);
  }
  assert.equal((await caller(sandbox)('GET', '/chat-page/live?person=user-eve')).status, 400);
});

it('answers the messages of a person in their order, and takes only so many at once', async (t) => {
  const { promise: blocked, resolve: unblock } = Promise.withResolvers<void>();
  t.after(() => unblock());
  fake.answer('/v1/actions/', async () => {
    await blocked;
    return { status: 200, body: { output: {}, reply: 'Done.' } };
  });
  const statuses: number[] = [];
  for (let order = 1; order <= 21; order += 1)
    statuses.push((await write({ person: 'user-jane', text: `Where is order ${order}?` })).status);
  assert.deepEqual([statuses.filter((status) => status === 202).length, statuses.at(-1)], [20, 429]);
  assert.equal((await write({ person: 'user-omar', text: 'Hello' })).status, 202);
  // The messages of one person wait for each other, not for those of others.
  const reportedOmar = () => fake.received('/webhooks/chatbot').some(({ body }) => body.data.userId === 'user-omar');
  while (!reportedOmar()) await new Promise(setImmediate);
  assert.equal(fake.received('/v1/actions/').length, 1);
  unblock();
  while (fake.received('/v1/actions/').length < 20) await new Promise(setImmediate);
  const orders = fake.received('/v1/actions/').map(({ body }) => Number(body.input.orderId));
  assert.deepEqual(
    orders,
    [...orders].sort((a, b) => a - b),
  );
});

it('starts new conversations when it is cleared, and drops late answers to earlier ones', async (t) => {
  const { promise: blocked, resolve: unblock } = Promise.withResolvers<void>();
  t.after(() => unblock());
  fake.answer('/v1/actions/', async () => {
    await blocked;
    return { status: 200, body: { output: {}, reply: 'Late.' } };
  });
  await write({ person: 'user-jane', text: 'Where is order 1001?' });
  while (fake.received('/v1/actions/').length < 1) await new Promise(setImmediate);
  sandbox.reset();
  unblock();
  await write({ person: 'user-jane', text: 'Hello' });
  while (fake.received('/webhooks/chatbot').length < 2) await new Promise(setImmediate);
  const ids = fake.received('/webhooks/chatbot').map(({ body }) => body.data.conversationId);
  assert.equal(new Set(ids).size, 2);
  const stream = await fetch(`${sandbox.url}/chat-page/live?person=user-jane`);
  const first = await stream.body?.getReader().read();
  assert.doesNotMatch(new TextDecoder().decode(first?.value), /Late\./);
});
