import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Example, fillExample, type Provider, type ProviderName, providers } from '@switchboard/providers';
import { sourceOf, sourcesOf, startApp } from '../fixtures/app.ts';

/** The whole way of a vendor's bodies, whose signatures the providers' own tests check. */
async function start(t: TestContext, scheme: ProviderName) {
  const { post, published, lines } = await startApp(t, {
    sources: sourcesOf(sourceOf(scheme, { scheme, verify: () => ({ kind: 'valid' }) })),
  });
  return {
    published,
    lines,
    post: (body: string, headers: Readonly<Record<string, string>> = {}) => post(`/webhooks/${scheme}`, body, headers),
  };
}

const examplesOf = (scheme: ProviderName) => {
  const { examples }: Provider = providers[scheme];
  return examples.filter(({ becomes }) => becomes.length > 0);
};

const filled = ({ name, body }: Example): string => fillExample(body, { run: `run of ${name}`, now: Date.now() });

/** What a vendor changes in a body that it delivers once more. */
const REDELIVERIES: readonly [ProviderName, from: RegExp, to: string][] = [
  ['line', /"isRedelivery": false/g, '"isRedelivery": true'],
  ['hubspot', /"attemptNumber": 0/g, '"attemptNumber": 1'],
  ['intercom', /"delivery_attempts": 1/g, '"delivery_attempts": 2'],
  ['stripe', /"pending_webhooks": 1/g, '"pending_webhooks": 2'],
];

describe('a body that a vendor delivers once more', () => {
  for (const [scheme, from, to] of REDELIVERIES) {
    it(`makes no second event, although it says so: ${scheme}`, async (t) => {
      const { post, published } = await start(t, scheme);
      for (const example of examplesOf(scheme)) {
        const { name, contentType = 'application/json', headers } = example;
        published.length = 0;
        const first = filled(example);
        const again = first.replace(from, to);
        assert.notEqual(again, first, name);
        const given = { 'content-type': contentType, ...headers };
        assert.equal((await post(first, given)).status, 200, name);
        const events = published.length;
        const answer = await post(again, given);
        assert.equal(published.length, events, `${name}: ${answer.text}`);
      }
    });
  }
});

type Fields = Record<string, unknown>;

/** The items of a vendor's body, and one that is no event. */
const BATCHES: readonly [ProviderName, list: string, makeBad: (item: Fields) => Fields][] = [
  ['line', 'events', (item) => ({ ...item, webhookEventId: 'bad', message: { type: 'text', id: 'bad' }, source: {} })],
  [
    'sunshine',
    'events',
    (item) => ({ ...item, id: 'bad', payload: { message: { author: { type: 'user' }, content: {} } } }),
  ],
  ['meta', 'entry', (item) => JSON.parse(JSON.stringify(item).replaceAll(/"(from|wa_id)":"[^"]*"/g, '"$1":""'))],
];

describe('a body with a bad item', () => {
  for (const [scheme, list, makeBad] of BATCHES) {
    it(`is accepted but for that item: ${scheme}`, async (t) => {
      const { post, published } = await start(t, scheme);
      const [example] = examplesOf(scheme);
      assert.ok(example !== undefined);
      const body = JSON.parse(filled(example)) as Record<string, Fields[]>;
      const [item = {}] = body[list] ?? [];
      const answer = await post(JSON.stringify({ ...body, [list]: [makeBad(item), item] }));
      assert.equal(answer.status, 200);
      const reasons = published.map(({ topic, headers }) => (topic === 'ingest.quarantine' ? headers.reason : topic));
      assert.deepEqual(reasons.toSorted(), ['chat.conversations', 'schema']);
    });
  }
});

/** What vendors send to see whether the address answers, and what the answer holds. */
const CHECKS: readonly [ProviderName, body: Fields, headers: Record<string, string>, answer: RegExp][] = [
  ['slack', { type: 'url_verification', token: 't', challenge: 'abc' }, {}, /abc/],
  ['front', { type: 'sync' }, { 'x-front-challenge': 'random' }, /random/],
  ['github', { zen: 'Keep it simple.', hook_id: 1 }, { 'x-github-event': 'ping' }, /^$/],
  ['intercom', { type: 'notification_event', topic: 'ping', data: { item: { type: 'ping' } } }, {}, /^$/],
  ['line', { destination: 'U1', events: [] }, {}, /^$/],
  ['viber', { event: 'webhook', timestamp: 1457764197627, message_token: 241256543215 }, {}, /^$/],
];

describe('a check of the address', () => {
  for (const [scheme, body, headers, expected] of CHECKS) {
    it(`is answered without an event: ${scheme}`, async (t) => {
      const { post, published } = await start(t, scheme);
      const answer = await post(JSON.stringify(body), headers);
      assert.ok(answer.status >= 200 && answer.status < 300);
      assert.match(answer.text, expected);
      assert.deepEqual(published, []);
    });
  }
});

it('an event that no rule takes is logged by the name that its vendor gives it, once', async (t) => {
  for (const [scheme, body, headers, name] of [
    ['chatwoot', { event: 'conversation_created', id: 1 }, {}, 'conversation_created'],
    ['shopify', { id: 1 }, { 'x-shopify-topic': 'products/update' }, 'products/update'],
    ['slack', { type: 'event_callback', event: { type: 'reaction_added' } }, {}, 'reaction_added'],
  ] as const) {
    const { post, published, lines } = await start(t, scheme);
    for (const _ of [1, 2]) assert.equal((await post(JSON.stringify(body), headers)).status, 200);
    assert.deepEqual(published, []);
    const said = lines.map((line) => JSON.parse(line)).filter(({ msg }) => /no rule of the mapping/.test(msg));
    assert.deepEqual(
      said.map((line) => [line.level, line.source, line.name]),
      [['info', scheme, name]],
    );
  }
});
