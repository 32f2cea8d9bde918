import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type FakeAnswer, type FakeServices, startFakeServices } from '../../fixtures/fake-services.ts';
import { createConversations, type Entry } from '../chat/conversations.ts';
import { credentials } from '../credentials.ts';
import { createBot } from './bot.ts';
import { createServices } from './services.ts';

let fake: FakeServices;
before(async () => {
  fake = await startFakeServices();
});
after(() => fake[Symbol.asyncDispose]());
afterEach(() => fake.reset());

const settings = { secret: credentials.bot.secret, contextKey: credentials.context.apiKey, repeatMs: 1_000 };

/** Begins a conversation. @returns what asks the bot, and resolves with what it added */
function talk({ userId = 'user-jane', ...urls }: { userId?: string } & Partial<FakeServices['urls']> = {}) {
  const conversations = createConversations();
  const bot = createBot(conversations, createServices({ ...fake.urls, ...settings, ...urls }));
  const conversation = conversations.of(userId);
  assert.ok(conversation !== undefined);
  const ask = async (text: string): Promise<Entry[]> => {
    const said = conversations.add(conversation, { from: 'person', text });
    await bot.answer(conversation, said);
    assert.equal(conversation.isTyping, false);
    return conversation.entries.filter(({ id }) => id > said.id);
  };
  return { ask, conversation, say: async (text: string) => (await ask(text)).map((entry) => entry.text).join('\n') };
}

describe('an action', () => {
  const problem = (status: number, more: object = {}, headers: Record<string, string> = {}): FakeAnswer => ({
    status,
    body: { type: 'about:blank', title: 'Title', status, detail: 'The detail.', ...more },
    headers,
  });
  const CASES: [name: string, answer: FakeAnswer, says: RegExp][] = [
    [
      '200 with a reply',
      { status: 200, body: { output: {}, reply: 'Order 1001 is shipped.' } },
      /^Order 1001 is shipped\.$/,
    ],
    ['200 without a reply', { status: 200, body: { output: { status: 'shipped' } } }, /^status: shipped$/],
    ['200 with a list', { status: 200, body: { output: { found: [{ title: 'A', url: 'b' }] } } }, /^• A, b$/],
    ['202', { status: 202, body: { runId: 'r' } }, /^I am looking that up; the answer follows here\.$/],
    ['404', problem(404), /^I find no order 1001 of yours\.$/],
    ['429', problem(429, {}, { 'retry-after': '7' }), /ask again in 7 s/],
    ['429 without a time', problem(429), /ask again in a moment/],
    ['504', problem(504), /does not answer at the moment/],
    ['503', problem(503), /does not answer at the moment/],
    ['401', problem(401), /does not let me do this \(401\)/],
    ['403', problem(403), /does not let me do this \(403\)/],
    [
      '422',
      problem(422, { problems: [{ path: '/orderId', message: 'is too long' }] }),
      /\(422\)\. The detail\. \/orderId is too long/,
    ],
    ['409 without a token', problem(409), /\(409\)\. The detail\./],
    ['nonsense', { status: 200, body: [] }, /That did not work \(200\)/],
  ];
  for (const [name, answer, says] of CASES) {
    it(`that answers ${name} is put in words`, async () => {
      fake.answer('/v1/actions/order-status', answer);
      assert.match(await talk().say('Where is order 1001?'), says);
    });
  }

  it('is called as the platform does: signed, for the person of the conversation', async () => {
    const { ask, conversation } = talk({ userId: 'user-omar' });
    await ask('Where is order 1001? My e-mail is jane@shop.example');
    const [call] = fake.received('/v1/actions/');
    assert.equal(call?.path, '/v1/actions/order-status');
    assert.equal(call.headers.prefer, 'wait=4');
    assert.deepEqual(call.body, {
      email: 'omar@shop.example',
      userId: 'user-omar',
      conversationId: conversation.conversationId,
      input: { orderId: '1001' },
    });
  });

  it('that is down is named, with its address', async () => {
    const { ask } = talk({ actionsUrl: 'http://127.0.0.1:9' });
    const [answer] = await ask('Is my subscription still active?');
    assert.match(answer?.text ?? '', /cannot reach the actions service at http:\/\/127\.0\.0\.1:9/);
    assert.match(answer?.how ?? '', /^action subscription-status · down · \d+ ms$/);
  });

  it("says the same of another person's order as of an unknown one", async () => {
    const said = await Promise.all(['2001', '9999'].map((id) => talk().say(`Where is order ${id}?`)));
    assert.equal(said[0]?.replace('2001', '9999'), said[1]);
  });
});

describe('a change', () => {
  const summary = 'Cancel the Team plan?';
  const withConfirmation = () =>
    fake.answer('/v1/actions/cancel-subscription', ({ body }) =>
      body.confirm === 'token'
        ? { status: 200, body: { output: {}, reply: 'Cancelled.' } }
        : { status: 409, body: { title: 'Confirmation needed', status: 409, summary, confirm: 'token' } },
    );
  const calls = () => fake.received('/v1/actions/');

  it('is made once the person says yes', async () => {
    withConfirmation();
    const { ask, say } = talk();
    const [question] = await ask('Cancel my subscription');
    assert.deepEqual([question?.text, question?.choices], [summary, ['Yes', 'No']]);
    assert.equal(await say('yes'), 'Cancelled.');
    const [first, second] = calls();
    assert.deepEqual(first?.body.input, {});
    assert.deepEqual(second?.body, { ...first?.body, confirm: 'token' });
    assert.equal(second?.headers['idempotency-key'], first?.headers['idempotency-key']);
    assert.match(await say('yes'), /nothing to confirm/);
    assert.equal(calls().length, 2);
  });

  for (const answer of ['no', 'Hello']) {
    it(`is not made after "${answer}"`, async () => {
      withConfirmation();
      const { say } = talk();
      await say('Cancel my subscription');
      await say(answer);
      assert.match(await say('yes'), /nothing to confirm/);
      assert.equal(calls().length, 1);
    });
  }
});

describe('the bot', () => {
  it('reports each message as a signed event', async () => {
    const { ask, conversation } = talk();
    await ask('Hello');
    const [event] = fake.received('/webhooks/chatbot');
    assert.equal(event?.body.event, 'message.received');
    assert.partialDeepStrictEqual(event.body.data, {
      conversationId: conversation.conversationId,
      userId: 'user-jane',
      text: 'Hello',
      customer: { name: 'Jane Doe', email: 'jane@shop.example' },
    });
  });

  it('sends an event again that ingest could not store, as the same one, and says nothing of it', async () => {
    fake.answer('/webhooks/', () =>
      fake.received('/webhooks/').length === 1 ? { status: 503 } : { status: 200, body: { received: true } },
    );
    assert.doesNotMatch(await talk().say('Hello'), /causes no event/);
    const [first, second, ...more] = fake.received('/webhooks/').map(({ body }) => body);
    assert.deepEqual([second, more], [first, []]);
    assert.ok(first.event_id);
  });

  it('says that ingest refuses an event, which is sent once', async () => {
    fake.answer('/webhooks/', { status: 422 });
    assert.match(await talk().say('Hello'), /refused the event \(422\)\. .* causes no event/);
    assert.equal(fake.received('/webhooks/').length, 1);
  });

  it('says once that ingest is down, and answers all the same', async () => {
    const { say } = talk({ ingestUrl: 'http://127.0.0.1:9' });
    const first = await say('Hello');
    assert.match(first, /I can look up orders/);
    assert.match(first, /cannot reach ingest at http:\/\/127\.0\.0\.1:9\..* causes no event/);
    assert.doesNotMatch(await say('Hello'), /cannot reach/);
    assert.match(await say('Talk to a person'), /cannot reach ingest/);
  });

  it('hands the conversation over, with what was said', async () => {
    const { say, conversation } = talk();
    await say('Hello');
    assert.match(await say('I want to talk to a person'), /A colleague has your conversation/);
    const [event] = fake.received('/webhooks/escalation');
    const { transcript, ...data } = event?.body.data ?? {};
    assert.partialDeepStrictEqual(data, { conversationId: conversation.conversationId, userId: 'user-jane' });
    assert.deepEqual(
      transcript.map(({ role }: { role: string }) => role),
      ['user', 'bot', 'user'],
    );
  });

  it('opens a ticket, and searches the help pages', async () => {
    fake.answer('/v1/actions/', { status: 200, body: { output: {}, reply: 'Done.' } });
    const { say } = talk();
    await say('Ticket: my kettle is broken');
    await say('How do I return it?');
    await say('Upgrade to Business');
    const inputs = fake.received('/v1/actions/').map(({ path, body }) => [path.split('/').at(-1), body.input]);
    assert.partialDeepStrictEqual(inputs, [
      ['create-ticket', { subject: 'my kettle is broken', text: 'user: Ticket: my kettle is broken' }],
      ['search-knowledge', { question: 'How do I return it' }],
      ['update-subscription', { plan: 'Business' }],
    ]);
  });

  it('tells what events have told it', async () => {
    const { say, conversation } = talk();
    assert.match(await say('What do you know about me?'), /I know nothing about you yet/);
    fake.answer('/v1/context/users/user-jane', {
      status: 200,
      body: {
        id: 'user-jane',
        variables: { latestOrderStatus: { value: 'confirmed', updatedAt: '2026-01-15T10:00:00.000Z' } },
      },
    });
    fake.answer(`/v1/context/conversations/${conversation.conversationId}`, {
      status: 200,
      body: { variables: { mood: { value: { good: true } } } },
    });
    const said = await say('What do you know about me?');
    assert.match(said, /• latestOrderStatus: confirmed \(2026-01-15 10:00:00 UTC\)\n• mood: \{"good":true\}/);
    fake.answer('/v1/context/', { status: 403 });
    assert.match(await say('What do you know about me?'), /does not let me read your context \(403\)/);
    const down = talk({ contextUrl: 'http://127.0.0.1:9' });
    assert.match(await down.say('What do you know about me?'), /cannot reach the context service at/);
  });

  it('offers what it can do when no rule fits', async () => {
    const [answer] = await talk().ask('🤷');
    assert.match(answer?.text ?? '', /none of them fits/);
    assert.ok((answer?.choices ?? []).length > 2);
  });
});
