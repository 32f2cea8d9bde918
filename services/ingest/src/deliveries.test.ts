import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { DeliveryError, type OutgoingRecord } from '@switchboard/kafka';
import { compileMapping, defineProvider, isObject, type Json, type Provider } from '@switchboard/providers';
import { escalation, sourceOf, sourcesOf, startApp } from '../fixtures/app.ts';
import { createAddressList } from './http/address-list.ts';
import { signResubmission } from './http/resubmission.ts';

/** Sends several events in one body, and checks the address in three ways. */
const vendor: Provider = defineProvider({
  methods: ['GET'],
  bodies: ['json', 'form'],
  mappedHeaders: ['x-vendor-topic'],
  verifier:
    () =>
    async ({ method, headers, url }) => {
      if (method === 'GET') return { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: `${url}` } };
      if (headers['x-vendor'] === 'keys away') return { kind: 'unavailable' };
      if (headers['x-vendor'] === 'late') return { kind: 'stale', skewMs: -600_000 };
      return headers['x-vendor'] === 'right' ? { kind: 'valid' } : { kind: 'invalid', fault: 'unknown_key' };
    },
  handshake: ({ body }) =>
    isObject(body) && typeof body.challenge === 'string'
      ? { status: 200, contentType: 'text/plain', body: body.challenge }
      : undefined,
  split: ({ body }) => (isObject(body) && Array.isArray(body.items) ? (body.items as Json[]) : [body]),
  mapping: { events: [] },
  examples: [],
  sign: () => ({ 'x-vendor': 'right' }),
});

const right = { 'x-vendor': 'right', 'x-webhook-signature': undefined };
const batch = (...items: string[]): string => `{"items":[${items.join()}]}`;

function start(t: TestContext, publish?: (record: OutgoingRecord) => Promise<void>, provider = vendor) {
  const verify = provider.verifier({ keys: [], requireTimestamp: false, publicUrl: undefined, settings: {} });
  const source = sourceOf('vendor', { provider, verify, publicUrl: 'https://hooks.example.com/v' });
  return startApp(t, { sources: sourcesOf(source), ...(publish === undefined ? {} : { publish }) });
}

describe('a body of several items', () => {
  it('becomes several events, all published before the answer', async (t) => {
    const { post, published, count } = await start(t);
    const answer = await post(
      '/webhooks/vendor',
      batch(escalation(), escalation(), '{"event":"bot.started","data":{}}'),
      right,
    );
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json(), { received: true, events: 2, skipped: 1 });
    assert.equal(published.length, 2);
    assert.deepEqual(await count('ingest_received_total'), { vendor: 1 });
    assert.deepEqual(await count('ingest_enqueued_total'), { 'vendor conversation.escalated': 2 });
  });

  it('accepts the good items, and keeps the bad ones in quarantine with their place', async (t) => {
    const { post, published } = await start(t);
    const bad = '{"event":"conversation.escalated","data":{}}';
    const body = batch(escalation(), bad, escalation());
    const answer = await post('/webhooks/vendor', body, { ...right, 'x-vendor-topic': 'a topic', cookie: 'canary' });
    assert.deepEqual([answer.status, answer.json()], [200, { received: true, events: 2, quarantined: 1 }]);
    const [kept, ...others] = published.filter(({ topic }) => topic === 'ingest.quarantine');
    assert.deepEqual(others, []);
    assert.equal(String(kept?.value), bad);
    assert.partialDeepStrictEqual(kept?.headers, {
      item: '1',
      reason: 'schema',
      'content-type': 'application/json',
      'sent-x-vendor-topic': 'a topic',
    });
    assert.doesNotMatch(JSON.stringify(kept?.headers), /canary/);
  });

  it('keeps the headers that the mapping reads, in quarantine', async (t) => {
    const verify = vendor.verifier({ keys: [], requireTimestamp: false, publicUrl: undefined, settings: {} });
    const mapping = compileMapping({
      events: [{ type: 'order.created', fields: { orderId: 'headers["x-order"]', total: 'body.total' } }],
    });
    const { post, published } = await startApp(t, {
      sources: sourcesOf(sourceOf('vendor', { provider: vendor, verify, mapping })),
    });
    await post('/webhooks/vendor', '{"total":"much"}', { ...right, 'x-order': 'o-1', cookie: 'canary' });
    const [kept] = published;
    assert.partialDeepStrictEqual(kept?.headers, { reason: 'schema', 'sent-x-order': 'o-1' });
    assert.doesNotMatch(JSON.stringify(kept?.headers), /canary/);
  });

  it('is refused by a provider that takes an error, after its good items were accepted', async (t) => {
    const { post, published } = await start(t, undefined, { ...vendor, refusesBadBodies: true });
    const body = batch(escalation(), '{"event":"conversation.escalated","data":{}}');
    const answer = await post('/webhooks/vendor', body, right);
    assert.equal(answer.status, 422);
    assert.deepEqual(published.map(({ topic }) => topic).toSorted(), ['chat.conversations', 'ingest.quarantine']);
  });

  it('is 503 if one item cannot be stored; the repeat makes no second event of the others', async (t) => {
    const stored: OutgoingRecord[] = [];
    let failing = true;
    const { post } = await start(t, async (record) => {
      if (failing && record.key === 'acme:c-down') throw new DeliveryError('TIMEOUT', 'no broker');
      stored.push(record);
    });
    const body = batch(escalation(), escalation({ conversationId: 'c-down' }));
    const answer = await post('/webhooks/vendor', body, right);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '1');
    failing = false;
    const repeat = await post('/webhooks/vendor', body, right);
    assert.deepEqual([repeat.status, repeat.json()], [200, { received: true, events: 1, duplicates: 1 }]);
    assert.equal(stored.length, 2);
  });

  it('is published in the order of its items, also those whose ids Redis has to name', async (t) => {
    const published: unknown[] = [];
    const verify = vendor.verifier({ keys: [], requireTimestamp: false, publicUrl: undefined, settings: {} });
    const { post } = await startApp(t, {
      sources: sourcesOf(sourceOf('vendor', { provider: vendor, verify })),
      publish: async ({ headers }) => void published.push(headers.ce_subject),
      seenIds: {
        get: async () => undefined,
        add: () => {},
        claim: (_subject, _content, proposal) => new Promise((resolve) => setTimeout(resolve, 20, proposal)),
        shorten: () => {},
      },
    });
    const items = Array.from({ length: 20 }, (_, index) => ({
      event: 'message.received',
      ...(index % 3 === 0 ? { id: `m-${index}` } : {}),
      data: { conversationId: `c-${index}`, text: 'yes' },
    }));
    const answer = await post('/webhooks/vendor', JSON.stringify({ items }), right);
    assert.deepEqual(answer.json(), { received: true, events: 20 });
    assert.deepEqual(
      published,
      items.map(({ data }) => data.conversationId),
    );
  });

  it('may hold 1,000 items; more are kept whole', async (t) => {
    const { post, published } = await start(t);
    const skipped = '{"event":"bot.started","data":{}}';
    const most = await post('/webhooks/vendor', batch(...Array<string>(1_000).fill(skipped)), right);
    assert.deepEqual(most.json(), { received: true, skipped: 1_000 });
    const body = batch(...Array<string>(10_000).fill(skipped));
    const more = await post('/webhooks/vendor', body, right);
    assert.deepEqual([more.status, more.json()], [200, { received: true, quarantined: 1 }]);
    assert.deepEqual(
      published.map(({ headers, value }) => [headers.reason, value?.length]),
      [['too_many_items', body.length]],
    );
  });

  it('is kept if the provider fails on it', async (t) => {
    const split = (): never => {
      throw new TypeError('a bug');
    };
    const { post, published, lines } = await start(t, undefined, { ...vendor, split });
    assert.equal((await post('/webhooks/vendor', batch(escalation()), right)).status, 200);
    assert.equal(published[0]?.headers.reason, 'internal');
    assert.match(lines.join(''), /a bug/);
  });
});

describe('a vendor that takes no errors', () => {
  it('is answered 200 for an authentic body that is broken, which is kept', async (t) => {
    const { post, published } = await start(t);
    for (const body of ['{"a":', '{"no":"event"}', '[1]', '{"event":"conversation.escalated","data":{}}']) {
      const answer = await post('/webhooks/vendor', body, right);
      assert.deepEqual([answer.status, answer.json()], [200, { received: true, quarantined: 1 }], body);
      assert.equal(String(published.at(-1)?.value), body);
    }
  });

  it('gets the answer that it expects', async (t) => {
    const reply = { status: 200, contentType: 'text/xml', body: '<Response/>' };
    const { post } = await start(t, undefined, { ...vendor, reply });
    const answer = await post('/webhooks/vendor', escalation(), right);
    assert.deepEqual([answer.status, answer.text], [200, '<Response/>']);
    assert.match(String(answer.headers['content-type']), /^text\/xml/);
  });
});

describe('checks of the address', () => {
  it('are answered as the provider says: by GET, with the query of the request', async (t) => {
    const { app } = await start(t);
    const answer = await app.inject({ method: 'GET', url: '/webhooks/vendor?challenge=1' });
    assert.deepEqual([answer.statusCode, answer.body], [200, 'https://hooks.example.com/v?challenge=1']);
  });

  it('of Meta are answered without a publicUrl', async (t) => {
    const source = sourceOf('vendor', { scheme: 'meta', settings: { verifyToken: 'a-token' } });
    const { app } = await startApp(t, { sources: sourcesOf(source) });
    const url = '/webhooks/vendor?hub.mode=subscribe&hub.challenge=42&hub.verify_token=';
    assert.equal((await app.inject({ method: 'GET', url: `${url}a-token` })).body, '42');
    assert.equal((await app.inject({ method: 'GET', url: `${url}guess` })).statusCode, 401);
  });

  it('are answered by their body, without an event', async (t) => {
    const { post, published } = await start(t);
    assert.equal((await post('/webhooks/vendor', '{"challenge":"abc"}', right)).text, 'abc');
    assert.deepEqual(published, []);
  });
});

it('HEAD is answered for known sources', async (t) => {
  const { app, published } = await start(t);
  assert.equal((await app.inject({ method: 'HEAD', url: '/webhooks/vendor' })).statusCode, 200);
  assert.equal((await app.inject({ method: 'HEAD', url: '/webhooks/unknown' })).statusCode, 404);
  assert.deepEqual(published, []);
});

describe('signatures', () => {
  it('that cannot be judged are 503, and others are counted by what is wrong', async (t) => {
    const { post, count, lines } = await start(t);
    const away = await post('/webhooks/vendor', escalation(), { ...right, 'x-vendor': 'keys away' });
    assert.equal(away.status, 503);
    assert.equal(away.headers['retry-after'], '1');
    const late = await post('/webhooks/vendor', escalation(), { ...right, 'x-vendor': 'late' });
    assert.deepEqual([late.status, late.json()], [401, { error: 'Sign with the current time' }]);
    const wrong = await post('/webhooks/vendor', escalation(), { ...right, 'x-vendor': 'canary' });
    assert.deepEqual([wrong.status, wrong.json()], [401, { error: 'Invalid signature' }]);
    assert.deepEqual(await count('ingest_signature_failures_total'), { 'vendor time': 1, 'vendor unknown_key': 1 });
    const logged = lines.map((line) => JSON.parse(line)).filter(({ source }) => source === 'vendor');
    assert.partialDeepStrictEqual(logged, [
      { reason: 'timestamp', fault: 'time', skewSeconds: -600 },
      { reason: 'signature', fault: 'unknown_key' },
    ]);
    assert.doesNotMatch(lines.join(''), /canary/);
  });
});

describe('forms', () => {
  const form = { ...right, 'content-type': 'application/x-www-form-urlencoded' };

  it('are read where the provider has them', async (t) => {
    const { post, published } = await start(t);
    await post('/webhooks/vendor', 'event=conversation.escalated&a=1&a=2&b=%C3%A4', form);
    assert.equal(published[0]?.headers.reason, 'schema');
    assert.equal((await post('/webhooks/vendor', 'challenge=ok', form)).text, 'ok');
  });

  it('are refused elsewhere', async (t) => {
    const { post } = await startApp(t);
    assert.equal((await post('/webhooks/escalation', 'a=1', form)).status, 415);
  });

  it('have a bound', async (t) => {
    const { post, published } = await start(t);
    await post('/webhooks/vendor', 'a=1&'.repeat(200_000), form);
    assert.equal(published[0]?.headers.problems, 'The form has more than 1000 fields');
  });
});

describe('bodies from quarantine', () => {
  const RESUBMIT_SECRET = 'canary-of-the-operator';

  it('are resubmitted with the secret of the operator, whatever the scheme, and answered with what is wrong', async (t) => {
    const verify = vendor.verifier({ keys: [], requireTimestamp: false, publicUrl: undefined, settings: {} });
    const allow = createAddressList(['203.0.113.0/24']);
    const sources = sourcesOf(sourceOf('vendor', { provider: vendor, verify, allow }));
    const { post, published, lines } = await startApp(t, { sources, resubmitSecret: RESUBMIT_SECRET });
    const resubmit = (body: string, itemIndex?: number, secret = RESUBMIT_SECRET, ageMs = 0) => {
      const resubmission = { source: 'vendor', body: Buffer.from(body), itemIndex };
      const headers = signResubmission(resubmission, secret, Date.now() - ageMs);
      return post('/webhooks/vendor', body, { 'x-webhook-signature': undefined, ...headers });
    };
    const whole = await resubmit(batch(escalation(), escalation()));
    assert.deepEqual([whole.status, whole.json()], [200, { received: true, events: 2 }]);
    assert.equal((await resubmit(escalation({ items: [] }), 1)).status, 200);
    assert.equal(published.length, 3);
    assert.equal((await resubmit('{"event":"conversation.escalated","data":{}}', 1)).status, 422);
    assert.equal(published[3]?.headers.item, '1');
    assert.equal((await resubmit(escalation(), 1, 'another secret of 16')).status, 401);
    assert.equal((await resubmit(escalation(), 1, RESUBMIT_SECRET, 600_000)).status, 401);
    assert.equal((await post('/webhooks/vendor', escalation(), right)).status, 403);
    assert.doesNotMatch(lines.join(''), /canary/);
  });

  it('keep what the signature said: the tenant, and the id of the delivery', async (t) => {
    const verify: Provider['verifier'] = () => () => ({ kind: 'valid', tenant: 'umbrella', id: 'delivery-1' });
    const source = sourceOf('vendor', {
      provider: vendor,
      verify: verify({ keys: [], requireTimestamp: false, publicUrl: undefined, settings: {} }),
    });
    const { post, published } = await startApp(t, { sources: sourcesOf(source), resubmitSecret: RESUBMIT_SECRET });
    await post('/webhooks/vendor', '{"event":"conversation.escalated","data":{}}', right);
    assert.partialDeepStrictEqual(published[0]?.headers, {
      tenant: 'umbrella',
      'signed-tenant': 'umbrella',
      'signed-id': 'delivery-1',
    });

    const body = escalation();
    const claims = { tenant: 'umbrella', id: 'delivery-1' };
    const resubmission = { source: 'vendor', body: Buffer.from(body), itemIndex: undefined, claims };
    const headers = signResubmission(resubmission, RESUBMIT_SECRET, Date.now());
    const unsigned = { 'x-webhook-signature': undefined };
    const others = signResubmission({ ...resubmission, claims: { tenant: 'other' } }, 'another secret', Date.now());
    const forged = { ...headers, 'x-switchboard-claims': others['x-switchboard-claims'] };
    assert.equal((await post('/webhooks/vendor', body, { ...unsigned, ...forged })).status, 401);
    assert.equal((await post('/webhooks/vendor', body, { ...unsigned, ...headers })).status, 200);
    const [, event] = published;
    assert.match(String(event?.key), /^umbrella:/);
    assert.equal(event?.headers.ce_id, 'delivery-1');
  });

  it('cannot be resubmitted without a secret', async (t) => {
    const { post } = await startApp(t);
    const body = escalation();
    const headers = signResubmission(
      { source: 'escalation', body: Buffer.from(body), itemIndex: undefined },
      '',
      Date.now(),
    );
    assert.equal(
      (await post('/webhooks/escalation', body, { ...headers, 'x-webhook-signature': undefined })).status,
      401,
    );
  });
});
