import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { createApiKey, digestOf, isApiKey } from '@switchboard/callers';
import { catalogue, eventTypes, publicEventTypes } from '@switchboard/events';
import { DeliveryError, type OutgoingRecord } from '@switchboard/kafka';
import { send, sourceOf, sourcesOf, startApp } from '../../fixtures/app.ts';
import type { IngestDeps } from '../ingest.ts';
import { type ApiKey, typesOf } from './clients.ts';

const KEY = createApiKey('acme');

const key = (more: Partial<ApiKey> = {}): ApiKey => ({
  name: 'nightly',
  digest: digestOf(KEY),
  types: undefined,
  expiresAt: Number.POSITIVE_INFINITY,
  ...more,
});

const order = (id: string, data: object = {}) => ({
  type: 'order.created',
  id,
  time: '2026-01-15T10:00:00Z',
  data: { orderId: `o-${id}`, total: '12.50', ...data },
});

interface Result {
  id?: string;
  status: string;
  problems?: { path: string; message: string }[];
}

async function start(t: TestContext, keys = [key()], deps: Partial<IngestDeps> = {}) {
  const sources = sourcesOf(sourceOf('escalation'), sourceOf('backoffice', { scheme: 'api', apiKeys: keys }));
  const app = await startApp(t, { sources, ...deps });
  async function call(body: unknown, headers: OutgoingHttpHeaders = {}, query = '') {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await send(app.port, `/v1/events${query}`, text, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      authorization: `Bearer ${KEY}`,
      ...headers,
    });
    const json = response.json() as { results: Result[]; error?: string };
    return { ...response, ...json };
  }
  return { ...app, call };
}

const statuses = ({ results }: { results: Result[] }): string[] => results.map(({ status }) => status);

describe('POST /v1/events', () => {
  it('refuses the events that only Switchboard publishes, as does a webhook', async (t) => {
    const { post, call, published } = await start(t);
    for (const type of eventTypes.filter((one) => !publicEventTypes.includes(one))) {
      const { example } = catalogue[type];
      assert.deepEqual(statuses(await call({ type, id: type, data: example })), ['invalid'], type);
      const answer = await post('/webhooks/escalation', JSON.stringify({ event: type, data: example }));
      assert.match(answer.text, /Unhandled event type/, type);
    }
    assert.equal(published.length, 0);
  });

  it('counts each event of a batch against the rate of its source', async (t) => {
    const rate = { perSecond: 0.1, burst: 10 };
    const sources = sourcesOf(sourceOf('backoffice', { scheme: 'api', apiKeys: [key()], rate }));
    const { call } = await start(t, [], { sources });
    assert.equal((await call(Array.from({ length: 11 }, (_, index) => order(`r-${index}`)))).status, 200);
    const { status, headers } = await call(order('r-12'));
    assert.equal(status, 429);
    assert.ok(Number(headers['retry-after']) >= 15);
  });

  it('takes an object, a list and {"events": […]}, and answers for each event in order', async (t) => {
    const { call, published, count } = await start(t);
    for (const [body, expected] of [
      [order('1'), ['accepted']],
      [
        [order('2'), order('1'), order('3')],
        ['accepted', 'duplicate', 'accepted'],
      ],
      [{ events: [order('3'), order('4')] }, ['duplicate', 'accepted']],
    ] as const) {
      const answer = await call(body);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(statuses(answer), expected);
    }
    assert.deepEqual(
      published.map(({ topic, key }) => [topic, key]),
      ['1', '2', '3', '4'].map((id) => ['commerce.orders', `acme:o-${id}`]),
    );
    assert.partialDeepStrictEqual(published[0]?.headers, { ce_id: '1', ce_source: '/acme/backoffice' });
    assert.deepEqual(await count('ingest_enqueued_total'), { 'backoffice order.created': 4 });
  });

  it('accepts the good events of a batch, names what is wrong with the others, and keeps those it read', async (t) => {
    const { call, published } = await start(t);
    const answer = await call([
      order('1'),
      order('2', { total: 'much' }),
      { type: 'order.create', id: '3', data: {} },
      7,
    ]);
    assert.equal(answer.status, 207);
    assert.equal(answer.headers['retry-after'], undefined);
    assert.deepEqual(answer.results, [
      { id: '1', status: 'accepted' },
      { id: '2', status: 'invalid', problems: [{ path: 'data.total', message: 'must be a number' }] },
      {
        id: '3',
        status: 'invalid',
        problems: [{ path: 'type', message: 'is not in the catalogue: did you mean order.created?' }],
      },
      {
        status: 'invalid',
        problems: [{ path: 'type', message: 'is required: send an object with "type" and "data"' }],
      },
    ]);
    assert.deepEqual(published.map(({ topic }) => topic).toSorted(), ['commerce.orders', 'ingest.quarantine']);
  });

  it('sends nothing with ?atomic=validate if one event is invalid', async (t) => {
    const { call, published } = await start(t);
    const answer = await call([order('1'), order('2', { total: 'much' })], {}, '?atomic=validate');
    assert.equal(answer.status, 422);
    assert.deepEqual(statuses(answer), ['unavailable', 'invalid']);
    assert.deepEqual(published, []);
    assert.equal((await call([order('1'), order('2')], {}, '?atomic=validate')).status, 200);
    assert.equal((await call([order('1')], {}, '?atomic=all')).status, 400);
  });

  it('takes CloudEvents: structured, batched, and with their attributes in headers', async (t) => {
    const { call, published } = await start(t);
    const { type, id, time, data } = order('ce-1');
    const attributes = { specversion: '1.0', source: '/shop', id, type, time, subject: 'o-1' };
    const structured = { 'content-type': 'application/cloudevents+json' };
    assert.deepEqual(statuses(await call({ ...attributes, data }, structured)), ['accepted']);
    const batched = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
    assert.deepEqual(statuses(await call([{ ...attributes, data }], batched)), ['duplicate']);
    const binary = Object.fromEntries(
      Object.entries({ ...attributes, id: 'ce-2' }).map(([name, value]) => [`ce-${name}`, value]),
    );
    assert.deepEqual(statuses(await call(data, binary)), ['accepted']);
    assert.deepEqual(
      published.map(({ headers }) => headers.ce_id),
      ['%2Fshop:ce-1', '%2Fshop:ce-2'],
    );
  });

  it('tells CloudEvents apart by their source and id', async (t) => {
    const { call, published } = await start(t);
    const attributes = { ...order('7'), specversion: '1.0' };
    const long = `https://example.com/${'x'.repeat(300)}`;
    const sources = ['/shop', '/outlet', '/shop', 'a:b', long, `${long}y`, long];
    const answer = await call(sources.map((source) => ({ ...attributes, source })));
    assert.deepEqual(
      statuses(answer),
      sources.map((source, index) => (sources.indexOf(source) === index ? 'accepted' : 'duplicate')),
    );
    assert.equal(answer.results[3]?.id, 'a%3Ab:7');
    assert.equal(new Set(published.map(({ headers }) => headers.ce_id)).size, 5);
  });

  it('is 503 if nothing could be stored, and 207 if something could', async (t) => {
    let away: (record: OutgoingRecord) => boolean = () => true;
    const { call } = await start(t, undefined, {
      async publish(record) {
        if (away(record)) throw new DeliveryError('TIMEOUT', 'no broker');
      },
    });
    const none = await call([order('1'), order('2')]);
    assert.equal(none.status, 503);
    assert.equal(none.headers['retry-after'], '1');
    assert.deepEqual(statuses(none), ['unavailable', 'unavailable']);
    away = ({ key }) => key === 'acme:o-2';
    const some = await call([order('1'), order('2')]);
    assert.equal(some.status, 207);
    assert.equal(some.headers['retry-after'], '1');
    assert.deepEqual(statuses(some), ['accepted', 'unavailable']);
  });

  it('publishes a batch of 500 at once, and refuses more', async (t) => {
    let waiting = 0;
    let most = 0;
    const all = Promise.withResolvers<void>();
    const { call } = await start(t, undefined, {
      async publish() {
        waiting += 1;
        most = Math.max(most, waiting);
        if (waiting === 500) all.resolve();
        await all.promise;
      },
    });
    const events = Array.from({ length: 501 }, (_, index) => order(`n-${index}`));
    assert.equal((await call(events)).status, 413);
    assert.equal((await call(events.slice(1))).status, 200);
    assert.equal(most, 500);
  });

  it('says what is wrong with a body that holds no events', async (t) => {
    const { call } = await start(t);
    assert.equal((await call('{"events":[')).status, 400);
    assert.equal((await call([])).error, 'The list of events is empty');
    assert.equal((await call(order('1'), { 'content-type': 'text/plain' })).status, 415);
    assert.equal((await call(`[${' '.repeat(1_100_000)}]`)).status, 413);
  });
});

describe('API keys', () => {
  it('have a form that scanners find, with a checksum', () => {
    assert.match(KEY, /^sb_acme_[0-9a-f]{48}_[0-9a-f]{8}$/);
    assert.ok(isApiKey(KEY));
    assert.ok(!isApiKey(KEY.replace(/.$/, KEY.endsWith('0') ? '1' : '0')));
  });

  it('are required, and never logged', async (t) => {
    const expired = createApiKey('acme');
    const keys = [key(), key({ name: 'old', digest: digestOf(expired), expiresAt: Date.now() - 1 })];
    const { call, published, lines, count } = await start(t, keys);
    for (const authorization of [undefined, 'Basic abc', 'Bearer canary', `Bearer ${expired}`, `bearer ${KEY}x`]) {
      const answer = await call(order('1'), { authorization });
      assert.equal(answer.status, 401, authorization);
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
    }
    assert.deepEqual(published, []);
    assert.deepEqual(await count('ingest_signature_failures_total'), {
      'unknown missing': 1,
      'unknown form': 1,
      'unknown unknown_key': 2,
      'unknown expired': 1,
    });
    assert.doesNotMatch(lines.join(''), new RegExp(`canary|${KEY}`));
  });

  it('open neither webhooks, nor other types than theirs', async (t) => {
    const { call, post } = await start(t, [key({ types: typesOf(['order.*']) })]);
    assert.equal((await call(order('1'))).status, 200);
    const { results } = await call([{ type: 'message.received', data: { userId: 'u' } }]);
    assert.match(String(results[0]?.problems?.[0]?.message), /not among the types/);
    const webhook = await post('/webhooks/backoffice', '{}', { authorization: `Bearer ${KEY}` });
    assert.equal(webhook.status, 401);
    assert.throws(() => typesOf(['ordr.*']), /ordr\.\* names no event type/);
  });

  it('show when they were last used', async (t) => {
    const { call, count } = await start(t);
    await call(order('1'));
    const { 'backoffice nightly': seconds = 0 } = await count('ingest_api_key_last_used_timestamp_seconds');
    assert.ok(Math.abs(seconds - Date.now() / 1_000) < 60);
  });
});
